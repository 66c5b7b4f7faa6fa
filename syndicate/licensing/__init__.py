"""The licence decision and what follows from it: redaction, terms, notices. No I/O."""
