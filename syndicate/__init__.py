"""Licensed news feeds: for every partner and part of every article, exactly what may go out."""

__version__ = "0.1.0"
