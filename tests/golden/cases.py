"""Render golden cases; `python -m tests.golden.cases` writes the expected files anew."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from syndicate.formats.all import FORMATS
from syndicate.formats.base import Format
from syndicate.model.article import Article
from syndicate.model.desk import DeskFiles
from syndicate.model.document import FeedHead
from syndicate.pipeline.compose import Composition, compose, request_of
from syndicate.pipeline.heads import head_of
from syndicate.pipeline.pool import Everything
from tests.builders import (
    a_desk,
    a_licence,
    a_partner,
    article_data,
    at,
    desk_files,
)
from tests.pipeline.running import Running

HERE = Path(__file__).parent
CASES = tuple(sorted(path.parent.name for path in HERE.glob("*/case.json")))


def expected_file(case: str, fmt: Format) -> Path:
    return HERE / case / f"expected.{fmt.suffix}"


def composed(case: str, fmt: Format) -> tuple[FeedHead, Composition]:
    """Select, decide and redact a case for a format."""
    data = json.loads((HERE / case / "case.json").read_text("utf-8"))
    feed = {
        "id": "golden",
        "title": "Golden feed",
        "description": f"The case {case}",
        "renditions": ["xhtml", "nitf", "text"],
        **data.get("feed", {}),
    }
    partner = a_partner(**{"feeds": [feed], **data.get("partner", {})})
    licence = a_licence(**data.get("licence", {}))
    others = tuple(a_licence(**other) for other in data.get("other_licences", ()))
    files = desk_files(licence, partner, a_desk(**data.get("desk", {})), others)
    histories: dict[str, list[Article]] = {}
    for changes in data["articles"]:
        article = Article.model_validate(article_data(**changes))
        histories.setdefault(article.guid, []).append(article)
    request = request_of(files, partner, partner.feeds[0], fmt.carries)
    moment = at(data["at"])
    made = compose(
        request, partner.feeds[0], Everything(map(tuple, histories.values()), moment), moment
    )
    return head_of(files, partner, partner.feeds[0], fmt, made), made


def rendered(case: str, fmt: Format) -> bytes:
    """Give the bytes of a case in a format: of a moment, or of the end of a story."""
    if "story" in json.loads((HERE / case / "case.json").read_text("utf-8")):
        return told(case)[fmt.name]
    head, made = composed(case, fmt)
    return fmt.render(head, made.entries, made.tombstones)


@cache
def told(case: str) -> Mapping[str, bytes]:
    """Give what a feed holds at the end of a story: one run after the other, with their past."""
    data = json.loads((HERE / case / "case.json").read_text("utf-8"))
    with TemporaryDirectory() as folder:
        running = Running(Path(folder))
        feed = {"id": "golden", "title": "Golden feed", **data.get("feed", {})}
        for step in data["story"]:
            moment = at(step["at"])
            stated = step.get("partner", data.get("partner", {}))
            partners = [] if stated is None else [{"feeds": [feed], **stated}]
            licence = a_licence(**step.get("licence", data.get("licence", {})))
            desk = a_desk(**step.get("desk", {}))
            running.files = DeskFiles(desk, (licence,), tuple(a_partner(**p) for p in partners))
            taken = running.take(
                *(Article.model_validate(article_data(**one)) for one in step.get("take", ())),
                now=moment,
            )
            if any(one.refusal for one in taken):
                raise ValueError([one.refusal for one in taken if one.refusal])
            running.run(moment)
        return {fmt.name: running.read(fmt.suffix, "gazette/golden") for fmt in FORMATS.values()}


def digests() -> Mapping[str, str]:
    """Give a digest of every case in every format."""
    return {
        f"{case}/{fmt.name}": hashlib.sha256(rendered(case, fmt)).hexdigest()
        for case in CASES
        for fmt in FORMATS.values()
    }


def main(arguments: list[str]) -> Any:
    if arguments == ["digests"]:
        print(json.dumps(digests(), sort_keys=True))
        return
    for case in CASES:
        for fmt in FORMATS.values():
            expected_file(case, fmt).write_bytes(rendered(case, fmt))


if __name__ == "__main__":
    main(sys.argv[1:])
