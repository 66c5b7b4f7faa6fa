"""A new desk: a folder that passes `check`, with one licence and one partner to change."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from syndicate.model.desk import Desk
from syndicate.model.errors import BadDesk

_DESK = """\
# The publisher. Every field: schemas/syndicate/desk.schema.json
name = {name}
domain = {domain}
since = {year}                 # part of every article's identity: never change it
language = "en"
zone = "UTC"
contact = {contact}
url = {url}
base_url = {feeds}

# Our own text may go to partners. Pictures never inherit this: each states its own rights.
[defaults.rights]
own = true
onward = "granted"
"""
_LICENCE = """\
# Terms, without partner and price. A new version is a new file; this one never changes.
id = "text"
version = 1
title = "Full text, no pictures"
media = ["web"]
required_parts = ["headline", "body"]
grants = [
    {{ kind = "headline" }},
    {{ kind = "summary" }},
    {{ kind = "body" }},
]

[territory]
include = ["WORLD"]

[duties]
attribute = "First published by {{publisher}}"
"""
_PARTNER = """\
# Who republishes. The agreement is a draft: nothing goes out until state is "active".
id = "first-partner"
name = "First Partner"
legal_name = "First Partner Ltd"
country = "GB"

[contacts]
notices = "night-desk@partner.example"

[[properties]]
id = "site"
kind = "site"
name = "partner.example"
url = "https://partner.example/"
media = ["web"]

[[agreements]]
id = "first-partner-1"
licence = "text"
licence_version = 1
properties = ["site"]
state = "draft"
zone = "UTC"
term = {{ start = "{year}-01-01" }}

[[feeds]]
id = "first-partner-all"
title = "Everything we may give to First Partner"
"""
_IGNORE = "public/\n.syndicate/\n"


def create(folder: Path, name: str, domain: str, contact: str, year: int) -> Iterator[Path]:
    """Write a new desk; give every file written.

    Raises:
        BadDesk: there is a desk already, or the folder cannot be written.
    """
    if (folder / "desk.toml").exists():
        raise BadDesk("there is a desk already", where=str(folder), mend="choose another folder")
    words = {
        "name": _toml(name),
        "domain": _toml(domain),
        "contact": _toml(contact),
        "url": _toml(f"https://{domain}/"),
        "feeds": _toml(f"https://feeds.{domain}/"),
        "year": str(year),
    }
    texts = {
        "desk.toml": _DESK,
        "licences/text-v1.toml": _LICENCE,
        "partners/first-partner.toml": _PARTNER,
    }
    files = {path: text.format(**words) for path, text in texts.items()}
    try:
        Desk.model_validate(tomllib.loads(files["desk.toml"]))
    except ValidationError as err:
        fault = err.errors(include_url=False)[0]
        raise BadDesk(f"{fault['loc'][0]}: {fault['msg']}", mend="state another one") from err
    try:
        (folder / "articles").mkdir(parents=True, exist_ok=True)
        for path, text in files.items():
            yield _write(folder / path, text)
        yield _write(folder / ".gitignore", _IGNORE)
    except OSError as err:
        raise BadDesk(str(err), where=str(folder), mend="choose a folder you may write") from err


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def _toml(value: str) -> str:
    """Give a TOML basic string."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in escaped) + '"'
