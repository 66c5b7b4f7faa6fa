"""`python -m syndicate` is the command line."""

from syndicate.cli import main

main()
