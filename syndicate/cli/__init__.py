"""The command line: parse, call the story, print. No logic."""

from syndicate.cli.main import main

__all__ = ["main"]
