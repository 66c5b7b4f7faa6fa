"""Keys of partners: made, renewed, ended; two of a sort at a time; secrets kept nowhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest

from syndicate.model.credential import RANDOM_BYTES, Credential, Kind, digest_of_secret, id_in
from syndicate.model.errors import AccessRefused, NotFound
from syndicate.pipeline.keys import AT_A_TIME, Issued, Wanted, find, issue, revoke, rotate
from syndicate.stores.sql import SqlStore
from tests.builders import NOW, a_partner, agreement_data

PARTNER = a_partner(
    properties=[
        {"id": "web", "kind": "site", "name": "Web", "media": ["web"]},
        {"id": "app", "kind": "app", "name": "App", "media": ["app"]},
    ],
    agreements=[agreement_data(properties=["web", "app"])],
    feeds=[
        {"id": "web-all", "title": "Web", "property": "web"},
        {"id": "app-all", "title": "App", "property": "app"},
    ],
)
DAY = timedelta(days=1)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    made = SqlStore.open("sqlite://")
    yield made
    made.close()


@pytest.fixture
def chance() -> Callable[[], bytes]:
    numbers = count(1)
    return lambda: hashlib.sha256(bytes([next(numbers)])).digest()[:RANDOM_BYTES]


@pytest.fixture
def make(store: SqlStore, chance: Callable[[], bytes]) -> Callable[..., Issued]:
    def made(kind: Kind = Kind.KEY, place: str | None = None, feed: str | None = None) -> Issued:
        return issue(store, PARTNER, Wanted(kind, place, feed), NOW, chance)

    return made


def test_a_secret_proves_its_own_credential_alone(make: Callable[..., Issued]) -> None:
    one, other = make(), make(place="web")
    assert one.credential.is_proved_by(one.secret)
    assert not one.credential.is_proved_by(other.secret)
    assert not one.credential.is_proved_by(one.secret[:-1])
    assert id_in(one.secret) == one.credential.id
    for text in ("", "syn_", one.secret + "a", one.secret.upper(), "\ud800"):
        assert id_in(text) is None


def test_a_secret_is_kept_nowhere(store: SqlStore, make: Callable[..., Issued]) -> None:
    made = make()
    [kept] = store.credentials()
    secret = made.secret.rpartition("_")[2]
    assert secret not in kept.model_dump_json()
    assert all(secret not in str(one) for one in store.events())
    assert kept.digest == digest_of_secret(made.secret)


OPENS = [
    ({}, {("web", "web-all"), ("app", "app-all")}),
    ({"place": "web"}, {("web", "web-all")}),
    ({"feed": "app-all"}, {("app", "app-all")}),
    ({"kind": Kind.TOKEN, "feed": "web-all"}, {("web", "web-all")}),
]


@pytest.mark.parametrize(("wanted", "opened"), OPENS)
def test_it_opens_what_it_is_for(
    make: Callable[..., Issued], wanted: dict[str, str], opened: set[tuple[str, str]]
) -> None:
    one = make(**wanted).credential
    feeds = [(PARTNER.property_of(feed).id, feed.id) for feed in PARTNER.feeds]
    assert {(p, f) for p, f in feeds if one.opens(PARTNER.id, p, f)} == opened
    assert not any(one.opens("somebody", p, f) for p, f in feeds)


@pytest.mark.parametrize(
    "wanted",
    [
        {"place": "print"},
        {"feed": "print-all"},
        {"kind": Kind.TOKEN},
        {"place": "app", "feed": "web-all"},
    ],
)
def test_what_the_partner_does_not_have_is_refused(
    store: SqlStore, make: Callable[..., Issued], wanted: dict[str, str]
) -> None:
    with pytest.raises((AccessRefused, NotFound)):
        make(**wanted)
    assert store.credentials() == ()


def test_only_two_of_a_sort_live(store: SqlStore, make: Callable[..., Issued]) -> None:
    for _ in range(AT_A_TIME):
        make()
    with pytest.raises(AccessRefused, match="rotate one, or revoke one"):
        make()
    make(place="web")
    assert len(store.credentials(PARTNER.id)) == AT_A_TIME + 1
    assert store.credentials("somebody") == ()


def test_a_rotation_leaves_both_open_for_a_while(
    store: SqlStore, make: Callable[..., Issued], chance: Callable[[], bytes]
) -> None:
    first = make(place="web")
    then = NOW + DAY
    second = rotate(store, PARTNER, first.credential, then, chance, 2 * DAY)
    before, after = store.credentials()
    assert (before.id, after.id) == (first.credential.id, second.credential.id)
    assert after.property == "web"
    live = [(one.is_live(then + days * DAY)) for days in (0, 1, 2) for one in (before, after)]
    assert live == [True, True, True, True, False, True]
    third = rotate(store, PARTNER, after, then + 2 * DAY, chance, 2 * DAY)
    ends = {one.id: one.ends_at for one in store.credentials()}
    assert ends[before.id] == then + 2 * DAY
    assert ends[after.id] == then + 4 * DAY
    assert ends[third.credential.id] is None


def test_a_rotation_never_ends_a_key_that_somebody_else_uses(
    store: SqlStore, make: Callable[..., Issued], chance: Callable[[], bytes]
) -> None:
    """Two systems, a key each: a third of the sort must not live beside them."""
    one, other = make().credential, make().credential
    with pytest.raises(AccessRefused, match=f"revoke {other.id} first"):
        rotate(store, PARTNER, one, NOW, chance)
    assert all(key.ends_at is None for key in store.credentials())
    at_once = rotate(store, PARTNER, one, NOW, chance, timedelta(0))
    live = {key.id for key in store.credentials() if key.is_live(NOW)}
    assert live == {other.id, at_once.credential.id}


def test_what_is_revoked_is_over_at_once_and_for_ever(
    store: SqlStore, make: Callable[..., Issued], chance: Callable[[], bytes]
) -> None:
    made = make().credential
    over = revoke(store, made, NOW + DAY)
    assert made.is_live(NOW + DAY - timedelta(microseconds=1))
    assert not over.is_live(NOW + DAY)
    assert store.credentials() == (over,)
    assert revoke(store, over, NOW + 2 * DAY) is over
    with pytest.raises(AccessRefused, match="is over"):
        rotate(store, PARTNER, over, NOW + 2 * DAY, chance)
    with pytest.raises(NotFound):
        find(store.credentials(), "aaaaaaaa")
    gone = made.model_copy(update={"id": "aaaaaaaa"})
    with pytest.raises(NotFound):
        store.end(gone, NOW)


def test_all_of_it_stands_in_the_log(store: SqlStore, make: Callable[..., Issued]) -> None:
    one = make().credential
    revoke(store, one, NOW + DAY)
    lines = [event for event in store.events() if event.kind == "credential"]
    assert [(line.subject, line.at) for line in lines] == [(one.id, NOW), (one.id, NOW + DAY)]
    kept = [line for line in store.kept() if line[0] == "credential"]
    assert kept == [("credential", one.id, lines[-1].content)]


def test_chance_of_another_length_is_refused(store: SqlStore) -> None:
    with pytest.raises(ValueError, match="random bytes"):
        issue(store, PARTNER, Wanted(Kind.KEY), NOW, lambda: b"x" * (RANDOM_BYTES - 1))


def test_a_credential_of_the_same_id_is_never_replaced(
    store: SqlStore, make: Callable[..., Issued]
) -> None:
    made = make().credential
    other = Credential.model_validate({**made.model_dump(), "partner": "somebody"})
    with pytest.raises(Exception, match="is there"):
        store.issue(other)
    assert store.credentials() == (made,)
