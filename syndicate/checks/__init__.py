"""Bytes to findings: our own schema profiles, and the rules no schema can say."""
