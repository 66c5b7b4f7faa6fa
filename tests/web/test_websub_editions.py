"""W3C WebSub (https://www.w3.org/TR/websub/): how a hub must verify and distribute.

Each test is named after the rule and says its section.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta

import pytest

from syndicate import wiring
from tests.cli.running import run
from tests.web.subscribing import RSS, Side, kept, name_of, progress
from tests.web.websub import until

# What a hub must do: verification.


@pytest.mark.parametrize("status", [302, 400, 404, 500])
def test_5_3_1_any_status_but_success_is_a_failed_verification(side: Side, status: int) -> None:
    path = f"/status-{status}"
    side.there.status[path] = status
    assert side.ask(path).status == 202
    until(lambda: f"status {status}" in "\n".join(side.server.lines))
    assert path not in kept(side)
    assert side.there.asked("/elsewhere") == []


@pytest.mark.parametrize("says", [b"", b"something else", b"yes " * 50])
def test_5_3_1_another_body_than_the_challenge_is_a_failed_verification(
    side: Side, says: bytes
) -> None:
    path = f"/says-{len(says)}"
    side.there.says[path] = says
    before = sum("no challenge" in one for one in side.server.lines)
    assert side.ask(path).status == 202
    until(lambda: sum("no challenge" in one for one in side.server.lines) > before)
    assert path not in kept(side)


def test_5_3_1_no_lease_is_perpetual(side: Side) -> None:
    for stated, granted in (("99999999999999", "2592000"), ("1", "300"), ("", "864000")):
        path = f"/lease-{granted}"
        side.subscribe(path, **({"hub_lease_seconds": stated} if stated else {}))
        assert side.there.asked(path)[0].query["hub.lease_seconds"] == [granted]


# What a hub must do: distribution.


def test_7_an_edition_is_the_whole_topic_with_its_type_and_its_links(side: Side) -> None:
    side.subscribe("/whole")
    got = side.there.sent("/whole")[0]
    read = side.server.ask(RSS, authorization=f"Bearer {side.key}")
    assert got.body == read.body
    assert got.headers["content-type"] == read.headers["content-type"]
    assert got.headers["link"] == f'<{side.base}{RSS}>; rel="self", <{side.base}/hub>; rel="hub"'
    assert "x-hub-signature" not in got.headers


def test_7_1_an_edition_is_signed_with_the_secret_of_the_subscriber(side: Side) -> None:
    side.subscribe("/signed", hub_secret="þorn and other letters")
    got = side.there.sent("/signed")[0]
    wanted = hmac.new("þorn and other letters".encode(), got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-hub-signature"] == f"sha256={wanted}"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_7_any_answer_but_success_is_a_failure_and_the_subscription_stays(
    side: Side, status: int
) -> None:
    path = f"/fails-{status}"
    side.there.takes[path] = status
    side.subscribe(path)
    name = name_of(side, path)
    until(lambda: progress(side, name).get("failures"))
    assert path in kept(side)
    assert side.there.sent("/elsewhere") == []
    assert progress(side, name)["sent"] == 0


@pytest.mark.parametrize(("status", "waits"), [(429, True), (503, True), (500, False)])
def test_a_subscriber_that_wants_to_be_asked_later_is(
    side: Side, status: int, waits: bool
) -> None:
    path = f"/later-{status}"
    side.there.takes[path], side.there.later[path] = status, "7200"
    side.subscribe(path)
    name = name_of(side, path)
    until(lambda: progress(side, name).get("failures"))
    with wiring.opened_store(side.desk, wiring.load_desk(side.desk)) as store:
        [one] = (one for one in store.progress() if one.id == name)
    assert one.next_at
    assert one.failing_since
    assert (one.next_at - one.failing_since == timedelta(hours=2)) is waits


def test_7_a_callback_that_is_gone_ends_the_subscription(side: Side) -> None:
    side.there.takes["/gone"] = 410
    side.subscribe("/gone")
    side.server.line("the callback is gone")
    until(lambda: "/gone" not in kept(side))


def test_the_desk_sees_subscriptions_and_ends_one_and_no_secret_is_told(side: Side) -> None:
    side.subscribe("/capability-url", hub_secret="whisper")
    name = name_of(side, "/capability-url")
    shown = run("hub", "list", "--desk", side.desk).stdout
    assert shown.startswith(" ")
    assert "subscriptions" in shown
    told = run("hub", "list", "--json", "--desk", side.desk).stdout
    assert name in told
    run("hub", "end", name, "--desk", side.desk)
    assert "/capability-url" not in kept(side)
    assert run("hub", "end", name, "--desk", side.desk, code=1).output.startswith("Error: no sub")
    everything = "\n".join(side.server.lines) + shown + told
    for hidden in ("capability-url", "whisper", side.key):
        assert hidden not in everything
