"""Where documents are put."""
