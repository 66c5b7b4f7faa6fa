"""The JSON interface for partners' programs. `table.py` lists what can be asked."""
