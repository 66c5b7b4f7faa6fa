"""The server: feeds for partners over HTTP."""
