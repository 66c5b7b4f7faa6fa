"""Pushes over real sockets on good and bad days: Flask-WebSub on the other side, kills, crashes,
callbacks that hang, keys that end."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask_websub.subscriber import discover

from syndicate import wiring
from syndicate.model.subscription import Intent, Progress, Subscription
from tests.cli.running import data, run
from tests.web.serving import secret, served
from tests.web.subscribing import OPEN, RSS, Side, kept, prepared, side_of
from tests.web.websub import (
    Callback,
    FlaskHub,
    FlaskSubscriber,
    callback,
    deaf,
    post,
    until,
)

ATOM = RSS.replace(".rss", ".atom")


@pytest.fixture
def there() -> Iterator[Callback]:
    with callback() as made:
        yield made


@contextmanager
def serving(published: Path, folder: Path, there: Callback) -> Iterator[Side]:
    desk, port = prepared(published, folder, there)
    key = secret(desk, "fenwold")
    with served(desk, "--port", str(port)) as server:
        yield side_of(desk, port, server, there, key)


def notices(body: bytes) -> int:
    return body.count(b"WITHDRAWN:")


def hanging(there: Callback) -> int:
    """Give how many editions came to the paths that hang."""
    return sum(len(there.sent(one)) for one in there.held)


def kill(desk: Path) -> None:
    run("kill", "seagrass-study", "--reason", "error", "--desk", desk)


def test_flask_websub_discovers_subscribes_takes_a_kill_and_unsubscribes(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    other = FlaskSubscriber(tmp_path)
    there.place = other.place
    try:
        with serving(published, tmp_path, there) as side:
            found = discover(f"{side.base}{OPEN}", timeout=60)
            assert found["topic_url"] == f"{side.base}{OPEN}"
            hub, topic = f"{side.base}/hub", f"{side.base}{RSS}"
            key = {"requests_opts": {"auth": ("fenwold", side.key)}}
            name = other.subscribe(hub, topic, secret="s" * 30, lease_seconds=4_000, **key)
            until(lambda: len(other.taken) == 1)
            assert other.taken[0] == (topic, (side.desk / "public" / RSS[1:]).read_bytes())
            kill(side.desk)
            until(lambda: len(other.taken) == 2)
            assert notices(other.taken[1][1]) == notices(other.taken[0][1]) + 1
            other.unsubscribe(name)
            until(lambda: len(other.confirmed) == 2)
            assert other.confirmed == [("subscribe", topic), ("unsubscribe", topic)]
            until(lambda: not kept(side))
    finally:
        other.close()


def test_6_the_publisher_tells_an_outside_hub_of_public_feeds_and_of_no_other(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    hub = FlaskHub(tmp_path)
    there.place = hub.place
    try:
        desk, port = prepared(published, tmp_path, there)
        file = desk / "desk.toml"
        text = file.read_text("utf-8").replace("https://hub.example/", f"{hub.url}/hub")
        file.write_text(text, "utf-8")
        with served(desk, "--port", str(port)):
            topics = {f"http://127.0.0.1:{port}{OPEN[:-5]}.{one}" for one in ("atom", "rss")}
            until(lambda: set(hub.told) == topics)
        with served(desk, "--port", str(port)) as server:
            until(lambda: "serving" in server.lines[0])
            server.ask("/healthz")
        assert sorted(hub.told) == sorted(topics)
    finally:
        hub.close()


def test_a_kill_overtakes_editions_at_a_host_that_hangs(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    with serving(published, tmp_path, there) as side:
        side.subscribe("/kill")
        there.held |= {f"/{number}" for number in range(12)}
        for number in range(12):
            assert side.ask(f"/{number}", ATOM).status == 202
        until(lambda: hanging(there) >= 4)
        kill(side.desk)
        got = until(lambda: there.sent("/kill")[1:])[0]
        assert notices(got.body) == notices(there.sent("/kill")[0].body) + 1
        assert hanging(there) <= 8, "those that hang did not go on"


def failing(subscription: Subscription, sent: int) -> Progress:
    """Give that it was tried often, and waits for its next try."""
    now = datetime.now(UTC)
    return Progress(
        id=subscription.id,
        sent=sent,
        tried=1,
        tried_since=now,
        failures=12,
        failing_since=now,
        next_at=now + timedelta(hours=4),
    )


def test_a_kill_does_not_wait_for_whoever_read_editions_and_never_said_so(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    desk, port = prepared(published, tmp_path, there)
    key = secret(desk, "fenwold")
    there.takes["/fails"] = 500
    with served(desk, "--port", str(port)) as server:
        side_of(desk, port, server, there, key).subscribe("/fails")
        server.line("PUSH failed")
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        [one] = store.subscriptions()
        store.note_progress([failing(one, sent=0)], {}, datetime.now(UTC))
    tried = len(there.sent("/fails"))
    with served(desk, "--port", str(port)) as server:
        server.line("serving")
        kill(desk)
        got = until(lambda: there.sent("/fails")[tried:])[0]
    assert notices(got.body) == notices(there.sent("/fails")[0].body) + 1


def test_a_kill_does_not_wait_behind_many_hosts_that_are_known_to_hang(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    desk, port = prepared(published, tmp_path, there)
    key = secret(desk, "fenwold")
    with deaf(150) as others:
        file = desk / "desk.toml"
        places = ", ".join(f'"{one}"' for one in (there.place, *others.places))
        text = file.read_text("utf-8").replace(
            f'inside = ["{there.place}"]', f"inside = [{places}]"
        )
        file.write_text(text, "utf-8")
        subscribed(desk, key, [f"http://{one}/" for one in others.places], failing_too=True)
        subscribed(desk, key, [there.url("/kill")], failing_too=False)
        with served(desk, "--port", str(port)) as server:
            server.line("serving")
            kill(desk)
            until(lambda: there.sent("/kill"))
            assert others.came < 128


def subscribed(desk: Path, key: str, callbacks: list[str], *, failing_too: bool) -> None:
    """Let addresses be subscribed that have the edition that is out."""
    now = datetime.now(UTC)
    with wiring.opened_store(desk, wiring.load_desk(desk)) as store:
        for callback in callbacks:
            one = Subscription(
                topic=f"http://127.0.0.1{RSS}",
                callback=callback,
                partner="fenwold",
                feed="fenwold-text",
                format="rss",
                credential=key[4:12],
                since=now,
                until=now + timedelta(days=1),
            )
            facts = {"mode": "subscribe", "topic": one.topic, "callback": callback}
            store.settle(Intent.model_validate({**facts, "at": now, "number": "1"}), one, now)
            before = failing(one, sent=1) if failing_too else Progress(id=one.id, sent=1)
            store.note_progress([before], {}, now)


def test_what_a_server_was_sending_when_it_was_killed_is_sent_by_the_next(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    desk, port = prepared(published, tmp_path, there)
    key = secret(desk, "fenwold")
    with served(desk, "--port", str(port)) as server:
        side = side_of(desk, port, server, there, key)
        side.subscribe("/crash")
        until(lambda: [o for o in data("hub", "list", "--desk", desk) if o["sent"]])
        there.held.add("/crash")
        kill(desk)
        until(lambda: len(there.sent("/crash")) == 2)
        server.stop(signal.SIGKILL)
    there.held.clear()
    there.goes_on.set()
    with served(desk, "--port", str(port)):
        until(lambda: len(there.sent("/crash")) == 3)
        until(lambda: data("hub", "list", "--desk", desk)[0]["sent"] == 2)
    before, *after = (notices(one.body) for one in there.sent("/crash"))
    assert after == [before + 1, before + 1]


def test_two_servers_of_a_desk_send_once_and_one_goes_on_for_the_other(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    with serving(published, tmp_path, there) as side, served(side.desk) as second:
        side.subscribe("/once")
        until(lambda: [o for o in data("hub", "list", "--desk", side.desk) if o["sent"]])
        assert side.server.stop(signal.SIGKILL) < 0
        kill(side.desk)
        until(lambda: len(there.sent("/once")) == 2)
        second.line("PUSH sent")
        assert len(there.sent("/once")) == 2


def test_nothing_is_sent_any_more_for_a_key_that_was_revoked(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    with serving(published, tmp_path, there) as side:
        side.subscribe("/revoked")
        other = secret(side.desk, "fenwold")
        run("partners", "key", "revoke", side.key[4:12], "--desk", side.desk)
        kill(side.desk)
        denied = until(lambda: there.asked("/revoked", "denied"))[0]
        assert denied.query["hub.topic"] == [f"{side.base}{RSS}"]
        assert not kept(side)
        side._replace(key=other).subscribe("/other")
        assert len(there.sent("/revoked")) == 1


def test_a_hub_is_not_asked_without_end_and_what_ends_nothing_is_soon_told(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    with serving(published, tmp_path, there) as side:
        fields = {"hub.mode": "unsubscribe", "hub.topic": f"{side.base}{RSS}"}
        fields["hub.callback"] = there.url("/never")
        answers = [post(side.server, fields) for _ in range(310)]
        assert [one.status for one in answers] == [202] * 300 + [429] * 10
        assert int(str(answers[-1].headers["retry-after"])) <= 60
        assert side.ask("/mine").status == 202, "a key counts by itself"


def test_a_desk_that_allows_nobody_inside_calls_nobody_inside(
    published: Path, tmp_path: Path, there: Callback
) -> None:
    desk, port = prepared(published, tmp_path, there)
    key = secret(desk, "fenwold")
    file = desk / "desk.toml"
    file.write_text(file.read_text("utf-8").partition("[push]")[0], "utf-8")
    with served(desk, "--port", str(port)) as server:
        side = side_of(desk, port, server, there, key)
        assert side.ask("/inside").code == "callback-scheme"
    assert there.got == []
