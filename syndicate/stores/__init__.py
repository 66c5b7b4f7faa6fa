"""Where articles and editions are kept."""
