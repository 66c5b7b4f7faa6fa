"""Every format. A new one needs a module, a schema folder and a place in this list."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from syndicate.formats.atom import ATOM
from syndicate.formats.base import Format
from syndicate.formats.newsml_g2 import NEWSML_G2
from syndicate.formats.rss import RSS

FORMATS: Mapping[str, Format] = MappingProxyType({f.name: f for f in (RSS, ATOM, NEWSML_G2)})
