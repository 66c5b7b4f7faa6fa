"""An interrupt from the keyboard that waits until a change is over.

It may come between any two steps, and in the middle of what rolls a change back. Then the database
would stay locked for as long as somebody holds on to what the interrupt passed, and everybody else
would wait (https://docs.python.org/3/library/signal.html#note-on-signal-handlers-and-exceptions).
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def unbroken() -> Iterator[None]:
    """Do something to its end, then answer an interrupt that came meanwhile, as ever."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            before(*came[0])
