"""The story: select, decide, redact, render, check, assemble, record, put. Start at publish.py."""
