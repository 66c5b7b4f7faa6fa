"""How entries are written; `all.py` lists the formats, `base.py` says what one is."""
