"""Licensed news feeds: what each partner may have, part by part, and why."""

__version__ = "0.1.0"
