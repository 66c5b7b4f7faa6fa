"""Where articles come from: one module a kind of file, each with a `collect`.

What is shared: reading.py (bytes with a limit), drafting.py (checked articles), blocks.py (HTML to
blocks), credits.py (whose a picture is). No source goes to the network.
"""
