"""Orders as commands and pages give them."""
