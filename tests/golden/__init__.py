"""Golden cases: a folder each, with case.json (inputs) and the expected bytes in every format."""
