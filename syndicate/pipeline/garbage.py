"""How often Python looks for garbage that points at itself (https://docs.python.org/3/library/gc.html).

A run makes very many small things that live shortly, beside a desk and its program that stay, and
loading that program makes nothing but what stays. Left alone, Python walks through all of it
hundreds of times and finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (50_000, 20, 100)
"""After how many new things Python looks at the newest, the newer and all of them: some megabytes
of garbage wait, at most."""


@contextmanager
def seldom_sought() -> Iterator[None]:
    """Look for garbage less often meanwhile, and not among what is there already."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
