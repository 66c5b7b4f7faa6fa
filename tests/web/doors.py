"""Names of articles of the example desk, feeds that have them, and what an answer says."""

from __future__ import annotations

from syndicate.pipeline.doors import name_of
from tests.web.serving import Said

GUID = "tag:longshore.example,2025:{}"
KILN = name_of(GUID.format("p8d4n6"))
"""An agency's picture that may be passed on, not to Japan."""
DREDGING = name_of(GUID.format("k3v9w2"))
"""A picture that goes to nobody."""
PRIZE = name_of(GUID.format("z6r1b9"))
"""Embargoed until further notice."""
SEAGRASS = name_of(GUID.format("m2c8x5"))
SOLAR = name_of(GUID.format("n8t2i5"))
"""All of it is ours, two pictures too."""
MAPS = name_of(GUID.format("b5q7k8"))
"""Free for all, but for its picture."""
NOBODYS = "0" * 32
ALL = "/worldfold/worldfold-all"
TEXT = "/fenwold/fenwold-text"


def bare(said: Said) -> tuple[int, list[tuple[str, str]], bytes]:
    """Give all of an answer but when it was given."""
    headers = [(name, text) for name, text in said.headers.items() if name != "date"]
    return said.status, headers, said.body
