"""The nouns: frozen Pydantic models. No I/O, no clock, no locale, no random numbers."""
