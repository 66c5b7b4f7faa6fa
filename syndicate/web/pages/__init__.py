"""The pages for people: asking for a licence, the portal, the desk. `site.py` lists them."""
