"""The composition root: the only place that picks a store and a target."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from syndicate import glance, looking
from syndicate.formats.all import FORMATS
from syndicate.model.credential import Credential
from syndicate.model.desk import Desk, DeskFiles
from syndicate.model.errors import BadDesk, StoreFailed
from syndicate.pipeline.archives import Archive, archive_of, whose_of
from syndicate.pipeline.catalog import Catalog, Listed, catalog_of
from syndicate.pipeline.doors import Ground
from syndicate.pipeline.former import last_desk
from syndicate.pipeline.ports import Store, Target
from syndicate.pipeline.publish import Basis, Regeneration, changed_licences, stopped_feeds
from syndicate.sources import desk_folder
from syndicate.sources.kept_toml import KeptToml
from syndicate.stores.sql import SqlStore
from syndicate.targets._files import stamps_in
from syndicate.targets.folder import FolderTarget


def load(folder: Path) -> DeskFiles:
    """Give a desk's files. Raises BadDesk."""
    return desk_folder.load(folder)


def load_sound(folder: Path, kept: KeptToml | None = None) -> desk_folder.Read:
    """Give what is sound of a desk, and what is wrong with the rest. Raises BadDesk."""
    looks = kept.seen if kept and kept.seen else looking.files(folder).lines
    return desk_folder.load_sound(folder, kept)._replace(looks=looks)


def read_again(folder: Path, before: desk_folder.Read) -> desk_folder.Read | None:
    """Give what is sound of a desk where its files look otherwise than when they were read; None
    where they look the same. Raises BadDesk."""
    return None if looking.files(folder).lines == before.looks else load_sound(folder)


def looks_of(folder: Path) -> tuple[str, ...]:
    """Give how a desk's files look."""
    return looking.files(folder).lines


def kept_toml(folder: Path, now: datetime, looks: looking.Looks | None = None) -> KeptToml:
    """Give what is kept beside the database of a desk's files, so that reading them costs less.

    `looks` says how the files look, where that is known at `now`.
    """
    with suppress(BadDesk, StoreFailed):
        looks = looks or looking.files(folder)
        seen = "\n".join(looks.lines).encode(errors="surrogatepass")
        store = _store_url(folder, load_desk(folder).store).removeprefix("sqlite:///")
        settled = hashlib.sha256(seen).hexdigest() if looks.is_settled(now) else ""
        return KeptToml(Path(f"{store}.toml"), settled, looks.lines)
    return KeptToml()


def load_desk(folder: Path) -> Desk:
    """Give desk.toml alone: enough to open the store. Raises BadDesk."""
    return desk_folder.load_desk(folder)


def desk_in_need(folder: Path) -> Desk:
    """Give desk.toml, or where it is not sound the desk as it was published last: an order on what
    is out waits for nobody. Raises BadDesk, StoreFailed."""
    try:
        return load_desk(folder)
    except BadDesk:
        url = desk_folder.store_named(folder)
        if url is None or not Path(_store_url(folder, url).removeprefix("sqlite:///")).exists():
            raise
        with closing(SqlStore.open(_store_url(folder, url))) as store:
            last = last_desk(store)
        if last is None:
            raise
        return last.model_copy(update={"store": url})


@contextmanager
def opened_store(folder: Path, desk: Desk, *, cut: bool = False) -> Iterator[Store]:
    """Give the desk's store and close it afterwards.

    `cut` opens one too that knows less than was published: to be looked at only.
    Raises StoreFailed.
    """
    url = _store_url(folder, desk.store)
    store = SqlStore.open(url) if cut else _opened(Path(url.removeprefix("sqlite:///")))
    try:
        yield store
    finally:
        store.close()


def store_of(folder: Path) -> Store:
    """Give the store of a desk, to be closed by whoever asks.

    Raises BadDesk; StoreFailed, also where the database is gone, or knows less than was published.
    """
    return _opened(store_file(folder))


def _opened(file: Path) -> SqlStore:
    """Give the store in a file, one that knows all that was published. Raises StoreFailed."""
    store = SqlStore.open(f"sqlite:///{file}")
    try:
        store.refuse_cut()
    except BaseException:
        store.close()
        raise
    return store


def copy_store(folder: Path, file: Path) -> None:
    """Write a copy of a desk's store, as it is now, into a file. Raises BadDesk, StoreFailed."""
    store = SqlStore.open(_store_url(folder, load_desk(folder).store))
    try:
        store.copy_to(file)
    finally:
        store.close()


@contextmanager
def rehearsal(files: DeskFiles) -> Iterator[tuple[Path, DeskFiles]]:
    """Give the same desk in a temporary folder: with an inbox, a store and a target of its own."""
    own = {name: Desk.model_fields[name].default for name in ("store", "target", "inbox")}
    desk = files.desk.model_copy(update=own)
    with TemporaryDirectory(prefix="syndicate-") as name:
        folder = Path(name)
        (folder / desk.inbox).mkdir()
        yield folder, DeskFiles(desk, files.licences, files.partners)


@contextmanager
def scratch_store(folder: Path, desk: Desk) -> Iterator[Store]:
    """Give a copy of the desk's store to try things on; an empty one where there is none yet."""
    file = Path(_store_url(folder, desk.store).removeprefix("sqlite:///"))
    if file.exists() or Path(f"{file}.head").exists():
        with closing(_opened(file)) as store:
            copy = store.scratch()
    else:
        copy = SqlStore.open("sqlite://")
    try:
        yield copy
    finally:
        copy.close()


def _store_url(folder: Path, url: str) -> str:
    """Read a relative SQLite path as below the desk."""
    kind, marker, path = url.partition(":///")
    if kind != "sqlite" or not marker:
        raise StoreFailed(f"cannot keep articles in {url!r}", mend='write "sqlite:///desk.db"')
    return f"sqlite:///{(folder / path).absolute()}"


def target(folder: Path, desk: Desk) -> Target:
    """Give the desk's target."""
    return FolderTarget((folder / desk.target).absolute())


def _sound(found: desk_folder.Read, folder: Path) -> DeskFiles:
    """Give the files of a desk that can be used. Raises BadDesk, also where a fault concerns every
    partner: better serve what was good last."""
    if found.files is None or (found.errors and not found.files.partners):
        raise BadDesk(where=str(folder), mend="see: syndicate check")
    return found.files


class Catalogs:
    """Gives what is served of a desk; its files are read anew only when they look otherwise."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: tuple[tuple[str, ...], desk_folder.Read] | None = None
        self._store: Path | None = None
        self.ground: Ground | None = None
        """What single articles are decided with: the desk's files as of the last catalog."""

    def at_hand(self) -> Ground:
        """Give that. Raises BadDesk where the desk was never read."""
        if self.ground is None:
            raise BadDesk("was not read yet", where=str(self._folder))
        return self.ground

    def made(self, now: datetime) -> Catalog:
        """Give the catalog as of now. Raises BadDesk, StoreFailed, TargetFailed."""
        found = self._found(now)
        files = _sound(found, self._folder)
        self._store = store_file(self._folder)
        with closing(_opened(self._store)) as store:
            ways, credentials = store.ways(), store.credentials()
        out = target(self._folder, files.desk)
        stopped = stopped_feeds(files, tuple(changed_licences(files, out)))
        self.ground = Ground(files, stopped, sound=not (found.unsound or found.errors))
        licences = (path for path in out.paths() if path.startswith("licences/"))
        return catalog_of(files, ways, credentials, FORMATS, licences, now)

    def credentials(self) -> tuple[Credential, ...]:
        """Give the keys alone: they ask for no file of the desk but the one that names the
        database, and while that is broken they are those of the database it named last.

        Raises BadDesk, StoreFailed.
        """
        try:
            self._store = store_file(self._folder)
        except BadDesk:
            if self._store is None:
                raise
        with closing(_opened(self._store)) as store:
            return store.credentials()

    def files(self, now: datetime) -> DeskFiles:
        """Give the desk's files. Raises BadDesk, StoreFailed."""
        return _sound(self._found(now), self._folder)

    def _found(self, now: datetime) -> desk_folder.Read:
        looks = looking.files(self._folder)
        if self._read and self._read[0] == looks.lines:
            return self._read[1]
        found = load_sound(self._folder, kept_toml(self._folder, now, looks))
        self._read = (looks.lines, found) if looks.is_settled(now) else None
        return found

    def archive(
        self, store: Store, listed: Listed, number: int, now: datetime
    ) -> tuple[object, Callable[[], Archive | None]]:
        """Give what an archive follows from, moment apart, and what makes it.

        Both raise BadDesk where its feed gets nothing new, and StoreFailed.
        """
        ground = self.at_hand()
        if listed.format not in FORMATS:
            raise BadDesk("was not read yet", where=str(self._folder))
        files, fmt = ground.files, FORMATS[listed.format]

        def make() -> Archive | None:
            place = target(self._folder, files.desk)
            whose = whose_of(files, listed.partner, listed.feed, fmt, place)
            return archive_of(store, whose, number, now)

        return (ground, store.latest()), make

    def looks(self) -> str:
        """Give something that changes whenever what is served may be another."""
        lines = looking.files(self._folder).lines
        with suppress(BadDesk, StoreFailed, OSError):
            store = store_file(self._folder)
            for path in (store, Path(f"{store}-wal")):
                with suppress(FileNotFoundError):
                    state = path.stat()
                    lines = (*lines, f"{state.st_ino} {state.st_size} {state.st_mtime_ns}")
        return hashlib.sha256("\n".join(lines).encode(errors="surrogatepass")).hexdigest()


def store_file(folder: Path) -> Path:
    """Give the file of the database; what a server keeps lies beside it. Raises BadDesk,
    StoreFailed."""
    return Path(_store_url(folder, load_desk(folder).store).removeprefix("sqlite:///"))


def target_folder(folder: Path) -> Path:
    """Give the folder that documents are put in. Raises BadDesk."""
    return (folder / load_desk(folder).target).absolute()


def regeneration(
    folder: Path,
    files: DeskFiles,
    store: Store,
    now: datetime,
    *,
    dry_run: bool,
    unsound: bool = False,
    due: bool = False,
    rewind: bool = False,
    digest: str = "",
    renewed: Callable[[], Basis | None] = lambda: None,
) -> Regeneration:
    """Give a run over the desk's feeds at a moment."""
    place = target(folder, files.desk)
    return Regeneration(
        files,
        store,
        place,
        FORMATS,
        now,
        dry_run=dry_run,
        unsound=unsound,
        due=due,
        rewind=rewind,
        again=partial(SqlStore.open, _store_url(folder, files.desk.store)),
        digest=digest,
        renewed=renewed,
    )


def fingerprint(folder: Path, inbox: str) -> str:
    """Give something that changes when a file of the desk or of its inbox does."""
    lines = (*looking.files(folder).lines, *looking.inbox(folder / inbox).lines)
    return hashlib.sha256("\n".join(lines).encode(errors="replace")).hexdigest()


def place_of(folder: Path, desk: Desk) -> glance.Place:
    """Give where a desk is, and what it names."""
    desk_, inbox, target_ = (
        str((folder / name).absolute()) for name in ("", desk.inbox, desk.target)
    )
    store = _store_url(folder, desk.store).removeprefix("sqlite:///")
    return glance.Place(desk_, inbox, target_, store)


def stamps(documents: Iterable[looking.Stated]) -> Mapping[str, str]:
    """Give how documents look, as a target says it."""
    return stamps_in(documents)
