"""What a run has to do: which feeds are touched, and which of them are published together.

A feed is touched when its moment has come, when an article came that it may pick or that it gave
out, when what it asks for or its own envelope changed, and when its bytes are not known to be out.
Everything else is left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from syndicate.formats.base import Format
from syndicate.licensing.covers import facets
from syndicate.model.desk import DeskFiles
from syndicate.model.errors import NotFound
from syndicate.model.feed import Feed
from syndicate.model.partner import Partner
from syndicate.model.receipt import Way
from syndicate.model.roster import outline_of
from syndicate.pipeline.classes import Class, Classes, known_names
from syndicate.pipeline.former import Former
from syndicate.pipeline.heads import own_facts, path_of
from syndicate.pipeline.items import digest_of
from syndicate.pipeline.pool import facets_for
from syndicate.pipeline.ports import Store

NEVER = datetime.max.replace(tzinfo=UTC)
"""When time alone changes something that it never changes."""


class Turn(NamedTuple):
    """One feed in one format, with the files it is published by."""

    files: DeskFiles
    owner: str
    """The partner's id."""
    name: str
    """The feed's id."""
    format: str
    former: Former | None = None
    """Set where it only follows what it gave out before."""
    stopped: str = ""
    """Why it gets nothing new, to be told."""

    @property
    def partner(self) -> Partner:
        """The partner, read now where nobody read it before. Raises NotFound."""
        found = self.former.partner if self.former else self.files.partner(self.owner)
        if found is None:
            raise NotFound(f"no partner {self.owner!r}")
        return found

    @property
    def feed(self) -> Feed:
        """The feed. Raises NotFound."""
        feeds = (self.former.feed,) if self.former else self.partner.feeds
        found = next((one for one in feeds if one.id == self.name), None)
        if found is None:
            raise NotFound(f"no feed {self.name!r}")
        return found


class Member(NamedTuple):
    """A feed in a format, in its group."""

    turn: Turn
    way: Way
    """Where it stands: its `asked`, `head` and `names` as they are now."""
    path: str


class Group(NamedTuple):
    """Feeds that are published together: they ask alike, and hold the same."""

    asked: Class
    members: tuple[Member, ...]
    before: tuple[Way, ...]
    """Where they stood."""
    stream: int
    """The stream they go on with; 0 = a new one."""
    fork_of: int
    """The stream whose holdings a new one begins with."""
    anew: bool
    """Whether what they ask for changed: then all that they hold is looked at."""

    def lean(self) -> Group:
        """Give the same with no partner of the desk but its own: all that another process needs
        to work it out."""
        files = {id(one.turn.files): one.turn.files for one in self.members}
        own: dict[int, dict[str, Partner]] = {}
        for one in self.members:
            own.setdefault(id(one.turn.files), {})[one.turn.owner] = one.turn.partner
        less = {
            key: DeskFiles(files[key].desk, files[key].licences, tuple(partners.values()))
            for key, partners in own.items()
        }
        turns = (one.turn._replace(files=less[id(one.turn.files)]) for one in self.members)
        return self._replace(
            members=tuple(
                one._replace(turn=turn) for one, turn in zip(self.members, turns, strict=True)
            )
        )


Arrived = frozenset[str] | None
"""Articles of which a version arrived since the last whole run; None where they are very many."""


class News(NamedTuple):
    """What happened since the last whole run."""

    guids: frozenset[str]
    """Articles of which a version arrived."""
    facets: frozenset[str]
    """By what those are found, all versions."""
    streams: frozenset[int]
    """The streams that hold one of them."""
    classes: frozenset[str] = frozenset()
    """The classes that may pick one of them, among those that are noted."""
    noted: frozenset[str] = frozenset()
    """All classes of which it is noted what they pick."""


def news_of(store: Store, arrived: Iterable[str]) -> News:
    """Give what arrived articles concern."""
    histories = store.histories(arrived)
    found = {f for versions in histories.values() for one in versions for f in facets(one)}
    streams = store.streams_of(arrived)
    classes = store.selecting(found) if found else frozenset()
    return News(frozenset(histories), frozenset(found), streams, classes, store.selecting())


class Planner:
    """Works out the groups of a run."""

    def __init__(
        self,
        files: DeskFiles,
        ways: Iterable[Way],
        named: frozenset[str],
        formats: Mapping[str, Format],
        now: datetime,
        *,
        trusts: bool = False,
    ) -> None:
        """Begin with where feeds stand; `trusts` says that what is noted there of what they ask
        for, and of their heads, was worked out from the same files and still holds."""
        self.ways = {(one.feed, one.format): one for one in ways}
        self._files = files
        self._classes = Classes(files, named)
        self._named = named
        self._formats = formats
        self._now = now
        self._trusts = trusts
        self._known: dict[tuple[str, frozenset[str], tuple[str, ...]], Class] = {}
        self._alike: dict[str, Class] = {}
        """Each class once: there are far fewer than feeds."""
        self._facets: dict[str, tuple[str, ...]] = {}
        self._sizes: dict[int, int] = {}
        self._members: list[Member] = []
        for one in self.ways.values():
            self._sizes[one.stream] = self._sizes.get(one.stream, 0) + 1

    def groups(
        self, turns: Sequence[Turn], news: News, stamps: Mapping[str, str], *, all_: bool
    ) -> Iterator[Group]:
        """Give the groups that are touched; `stamps` says how the documents in the target look."""
        found = self._found(turns)
        touched = {
            key
            for key, members in found.items()
            if all_ or any(self._is_touched(one, news, stamps) for one in members)
        }
        asked = {key: self._asked(found[key][0].turn, found[key][0].way.names) for key in touched}
        if self._trusts and any(asked[key].key != key[1] for key in touched):
            self._trusts = False
            yield from self.groups(turns, news, stamps, all_=all_)
            return
        for key in sorted(touched):
            yield self._group(asked[key], found[key])

    def _found(self, turns: Iterable[Turn]) -> dict[tuple[int, str], list[Member]]:
        """Give the feeds that go together, by their stream and what they ask for."""
        found: dict[tuple[int, str], list[Member]] = {}
        self._members = [self._member(turn) for turn in turns]
        for member in self._members:
            found.setdefault((member.way.stream, member.way.asked), []).append(member)
        return found

    def _member(self, turn: Turn) -> Member:
        fmt = self._formats[turn.format]
        path = path_of(turn.owner, turn.name, fmt)
        before = self.ways.get((turn.name, turn.format))
        if self._trusts and turn.former is None and before is not None and before.asked:
            return Member(turn, before, path)
        way = before or Way(turn.name, turn.format, turn.owner)
        names = known_names(turn.partner, way.names)
        asked = self._asked(turn, names)
        head = digest_of(own_facts(turn.files, turn.partner, turn.feed, fmt, self._now))
        way = way._replace(partner=turn.owner, names=names, asked=asked.key, head=head)
        return Member(turn, way, path)

    def _asked(self, turn: Turn, names: tuple[str, ...]) -> Class:
        carries = self._formats[turn.format].carries
        if turn.former is not None:
            made = Classes(turn.files, self._named).of(turn.partner, turn.feed, carries, names)
            stays = ",".join(sorted(turn.former.stays))
            return made._replace(key=digest_of(f"former {turn.name} {made.key} {stays}"))
        key = turn.name, carries, names
        if key not in self._known:
            made = self._classes.of(turn.partner, turn.feed, carries, names)
            self._known[key] = self._alike.setdefault(made.key, made)
        return self._known[key]

    def _is_touched(self, member: Member, news: News, stamps: Mapping[str, str]) -> bool:
        way, turn = member.way, member.turn
        if not self._is_at_rest(self.ways.get((way.feed, way.format)), member, stamps):
            return True
        if way.stream in news.streams:
            return True
        if self._trusts and turn.former is None:
            return way.asked in news.classes or way.asked not in news.noted
        return bool(news.facets) and not news.facets.isdisjoint(self._facets_of(turn))

    def _facets_of(self, turn: Turn) -> tuple[str, ...]:
        if turn.former is not None:
            return facets_for(turn.files, turn.partner, turn.feed)
        if turn.name not in self._facets:
            self._facets[turn.name] = facets_for(turn.files, turn.partner, turn.feed)
        return self._facets[turn.name]

    def selections(self) -> dict[str, tuple[str, ...]]:
        """Give by what the candidates of every class are found, to be noted."""
        live = (one for one in self._members if one.turn.former is None)
        return {one.way.asked: self._facets_of(one.turn) for one in live}

    def _is_at_rest(self, before: Way | None, member: Member, stamps: Mapping[str, str]) -> bool:
        """Say whether a feed was left so that neither itself nor the moment asks for anything."""
        now = member.way
        return (
            before is not None
            and before.put == before.sequence
            and before.stamp == stamps.get(member.path)
            and (before.asked, before.head, before.partner) == (now.asked, now.head, now.partner)
            and (before.due is None or before.due > self._now)
        )

    def rests_until(self, ways: Iterable[Way], stamps: Mapping[str, str]) -> datetime | None:
        """Give when time alone touches the first of all feeds; None where one is touched now.

        `ways` is where they stand after the run.
        """
        there = {(one.feed, one.format): one for one in ways}
        moments = {self.holds_until()}
        for member in self._members:
            way = there.get((member.way.feed, member.way.format))
            if way is None or not self._is_at_rest(way, member, stamps):
                return None
            moments.update([way.due] if way.due else [])
        return min(moments)

    def holds_until(self) -> datetime:
        """Give the first end of an agreement that is to come: until then no head changes."""
        ends = [end for one in self._files.outlines for end in one.ends]
        formers = (one.turn.partner for one in self._members if one.turn.former)
        ends += [end for one in formers for end in outline_of(one).ends]
        return min((one for one in ends if one > self._now), default=NEVER)

    def _group(self, asked: Class, members: Sequence[Member]) -> Group:
        stream = members[0].way.stream
        whole = len(members) == self._sizes.get(stream, 0)
        before = [self.ways.get((one.way.feed, one.way.format)) for one in members]
        return Group(
            asked,
            tuple(members),
            tuple(one for one in before if one),
            stream if whole else 0,
            0 if whole else stream,
            any(one and one.asked != members[0].way.asked for one in before),
        )
