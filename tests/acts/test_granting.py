"""A request becomes one partner or none, whatever comes in between."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from syndicate import wiring
from syndicate.acts.granting import Grant, Granted, accept, decline, planned_file
from syndicate.cli.common import now
from syndicate.cli.keys import chance
from syndicate.model.errors import AccessRefused, BadDesk, NotFound, StoreFailed
from syndicate.model.request import LicenceRequest, RequestState
from tests.builders import at
from tests.cli.running import a_published_copy, data, run

FORM = {
    "organisation": "The Port Times",
    "country": "GB",
    "contact": "desk@port-times.example",
    "site": "https://port-times.example/",
}
PARTNER = "the-port-times"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return a_published_copy(tmp_path_factory.mktemp("published"))


@pytest.fixture
def desk(published: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(published, tmp_path / "desk"))


def asked(desk: Path, **changes: Any) -> str:
    form = desk.parent / "form.json"
    form.write_text(json.dumps({**FORM, **changes}), "utf-8")
    return str(data("requests", "add", form, "--desk", desk)["id"])


def kept(desk: Path, request: str) -> LicenceRequest:
    told = run("requests", "show", request, "--desk", desk).stdout
    return LicenceRequest.model_validate_json(told)


def granted(
    desk: Path, request: str, given: Callable[[], bytes] = chance, **grant: str
) -> Granted:
    return accept(desk, request, Grant(**{"licence": "full-web", **grant}), now, given)


def no_disk() -> bytes:
    raise StoreFailed("disk I/O error")


def files_of(desk: Path) -> list[str]:
    return sorted(one.name for one in (desk / "partners").glob("*port-times*"))


def live_keys(desk: Path) -> list[str]:
    listed = data("partners", "key", "list", PARTNER, "--desk", desk)
    return [one["id"] for one in listed if not one.get("ends_at")]


def half_accepted(desk: Path, **grant: str) -> str:
    """Give a request whose partner's file was written, and nothing more."""
    request = asked(desk)
    with pytest.raises(StoreFailed):
        granted(desk, request, no_disk, **grant)
    assert files_of(desk) == [f"{grant.get('name', PARTNER)}.toml"]
    return request


def test_a_try_that_failed_is_gone_on_with(desk: Path) -> None:
    request = half_accepted(desk)
    text = (desk / "partners" / f"{PARTNER}.toml").read_bytes()
    with pytest.raises(StoreFailed):
        granted(desk, request, no_disk)
    assert (kept(desk, request).state, kept(desk, request).partner) == ("open", PARTNER)
    shown = planned_file(desk, request, Grant("full-web"), now)
    done = granted(desk, request)
    assert (done.partner.id, files_of(desk)) == (PARTNER, [f"{PARTNER}.toml"])
    assert (desk / "partners" / f"{PARTNER}.toml").read_bytes() == text == shown.encode()
    assert kept(desk, request).state == "accepted"
    assert not done.attempt.failures
    assert len(list((desk / "public").glob("*port-times*"))) == 1


AT_ONCE = """
import os, signal, sys
from pathlib import Path
from syndicate.acts.granting import Grant, accept
from syndicate.cli.common import now
accept(Path(sys.argv[1]), sys.argv[2], Grant("full-web"), now,
       lambda: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_command_that_is_killed_leaves_one_partner_to_go_on_with(desk: Path) -> None:
    request = asked(desk)
    for _ in range(2):
        died = subprocess.run([sys.executable, "-c", AT_ONCE, str(desk), request], check=False)
        assert died.returncode == -signal.SIGKILL
    assert granted(desk, request).partner.id == PARTNER
    assert files_of(desk) == [f"{PARTNER}.toml"]
    assert len(live_keys(desk)) == 1


def test_a_key_that_nobody_saw_ends_when_it_is_accepted_again(desk: Path) -> None:
    request = asked(desk)
    for _ in range(3):
        done = granted(desk, request)
        with wiring.opened_store(desk, wiring.load_desk(desk)) as store:  # as if it had died there
            over = kept(desk, request)
            changes = {"state": RequestState.OPEN, "decided_at": None}
            store.change_request(over, over.model_copy(update=changes), now())
    assert live_keys(desk) == [done.secret.split("_")[1]]


def test_who_declines_meanwhile_is_told_that_it_was_accepted(desk: Path) -> None:
    request = asked(desk)
    with ThreadPoolExecutor(1) as pool:
        other: list[Future[LicenceRequest]] = []

        def meanwhile() -> bytes:
            other.append(pool.submit(decline, desk, request, "We license no site.", now))
            return chance()

        granted(desk, request, meanwhile)
        with pytest.raises(AccessRefused, match="is accepted"):
            other[0].result()
    assert kept(desk, request).state == "accepted"


def test_what_was_decided_is_not_decided_over(desk: Path) -> None:
    one = kept(desk, asked(desk))
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        changes = {"state": RequestState.DECLINED, "why": "No."}
        store.change_request(one, one.model_copy(update=changes), now())
        with pytest.raises(AccessRefused, match="is declined: somebody was faster"):
            store.change_request(one, one.model_copy(update={"partner": PARTNER}), now())
    assert (kept(desk, one.id).state, kept(desk, one.id).why) == ("declined", "No.")


def test_what_is_half_accepted_is_not_declined(desk: Path) -> None:
    request = half_accepted(desk)
    with pytest.raises(AccessRefused, match="is half accepted"):
        decline(desk, request, "No.", now)
    (desk / "partners" / f"{PARTNER}.toml").unlink()
    assert decline(desk, request, "No.", now).partner is None


def test_on_other_terms_it_is_not_gone_on_with(desk: Path) -> None:
    request = half_accepted(desk)
    with pytest.raises(AccessRefused, match=f"{PARTNER}, .* has other terms"):
        granted(desk, request, licence="full-web/v1")
    assert granted(desk, request, licence="full-web/v2").partner.id == PARTNER


def test_nobody_gets_the_partner_that_another_request_began(desk: Path) -> None:
    request = half_accepted(desk)
    (desk / "partners" / f"{PARTNER}.toml").unlink()  # as if it had died before that
    assert granted(desk, asked(desk)).partner.id == f"{PARTNER}-2"
    assert granted(desk, request).partner.id == PARTNER


def test_a_partner_that_somebody_wrote_meanwhile_gets_no_key(desk: Path) -> None:
    request = half_accepted(desk)
    path = desk / "partners" / f"{PARTNER}.toml"
    file = tomllib.loads(path.read_text())
    path.write_text(path.read_text().replace(file["contacts"]["notices"], "x@other.example"))
    with pytest.raises(AccessRefused, match="has other terms"):
        granted(desk, request)
    assert live_keys(desk) == []
    assert granted(desk, request, name="port").partner.id == "port"


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z"),  # no midnight: clocks go forward
        ("Europe/London", "2026-04-24", "2026-04-23T23:00:00Z"),
        ("Europe/London", "2026-12-24", "2026-12-24T00:00:00Z"),
        ("Europe/London", "2026-03-24", "2026-04-01T00:00:00Z"),  # the day is over
    ],
)
def test_a_day_begins_by_the_clock_of_the_desk(
    desk: Path, zone: str, day: str, begins: str
) -> None:
    head = desk / "desk.toml"
    head.write_text(head.read_text().replace('\nzone = "Europe/London"', f'\nzone = "{zone}"', 1))
    request = asked(desk, starts=day)
    text = planned_file(desk, request, Grant("full-web"), lambda: at("2026-04-01T00:00Z"))
    term = tomllib.loads(text)["agreements"][0]["term"]
    assert at(str(term["start"]["at"])) == at(begins)


def test_countries_that_were_asked_for_limit_the_agreement(desk: Path) -> None:
    def planned(licence: str, **form: Any) -> dict[str, Any]:
        text = planned_file(desk, asked(desk, **form), Grant(licence), now)
        return dict(tomllib.loads(text)["agreements"][0])

    assert planned("full-web", territory=["IE", "GB"])["territory"] == {"include": ["GB", "IE"]}
    assert "territory" not in planned("full-web")
    with pytest.raises(BadDesk, match="V18"):  # where the licence allows nothing of it
        planned("arabic-web", territory=["IE", "GB"])


def test_a_request_that_is_not_there_is_not_declined(desk: Path) -> None:
    with pytest.raises(NotFound):
        decline(desk, "r-00000000", "No.", now)
