"""Entries to bytes: one module a format, in one explicit list (see base.py)."""
