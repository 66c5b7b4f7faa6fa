"""Where the official schemas lie, if they are at hand: beside the checkout, never in it."""

from pathlib import Path

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
STANDARDS = SHARED / "standards"
INPUTS = SHARED / "inputs"
