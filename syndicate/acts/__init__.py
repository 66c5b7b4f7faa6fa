"""What somebody orders, from the desk's files to what is out: for commands and pages alike."""
