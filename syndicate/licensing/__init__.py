"""Who may have what, when, why not, and under which duties. Pure."""
