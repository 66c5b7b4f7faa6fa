"""A desk as one file, and a desk made of it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import TemporaryDirectory, mkdtemp

from syndicate import wiring
from syndicate.model.errors import BadDesk, TargetFailed
from syndicate.sources.walking import below
from syndicate.targets import archive


def backup(folder: Path, file: Path) -> archive.Packed:
    """Write a desk into one file. Raises BadDesk, StoreFailed, TargetFailed."""
    desk = wiring.load_desk(folder)
    store = wiring.store_file(folder)
    with TemporaryDirectory(prefix="syndicate-", dir=store.parent) as name:
        copy, note = Path(name) / "desk.db", Path(name) / "desk.db.head"
        with suppress(FileNotFoundError):  # first: it must not be of a log that went on meanwhile
            copyfile(f"{store}.head", note)
        wiring.copy_store(folder, copy)
        fetches = sorted(store.parent.glob(f"{store.name}.fetches-*"))
        named = {f"store/desk.db{one.name.removeprefix(store.name)}": one for one in fetches}
        named["store/desk.db.head"] = note
        names = ["desk.toml"]
        for kind in ("licences", "partners"):
            names += sorted(f"{kind}/{one.name}" for one in (folder / kind).glob("*.toml"))
        inbox = folder / desk.inbox
        files = below(inbox).files if inbox.is_dir() else ()
        members = [archive.Member(one, folder / one) for one in names]
        members += [
            archive.Member(f"inbox/{one.relative_to(inbox).as_posix()}", one)
            for one in files
            if one.is_file() and not one.is_symlink()
        ]
        members.append(archive.Member("store/desk.db", copy))
        members += [archive.Member(one, path) for one, path in named.items() if path.is_file()]
        return archive.packed(file, members)


def restore(file: Path, folder: Path) -> archive.Packed:
    """Make a desk of a backup, in a new folder, whole or not at all.

    Raises BadDesk, TargetFailed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise TargetFailed("is not empty", where=str(folder), mend="name a new folder")
    folder.absolute().parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
    try:
        done = archive.unpacked(file, fresh)
        _put_in_place(fresh)
        fresh.chmod(0o755)
        fresh.rename(folder)
    finally:
        rmtree(fresh, ignore_errors=True)
    return done


def _put_in_place(folder: Path) -> None:
    """Move inbox and database of an unpacked desk to where its desk.toml has them."""
    desk = wiring.load_desk(folder)
    store = _below(folder, desk.store.removeprefix("sqlite:///"))
    inbox = _below(folder, desk.inbox)
    store.parent.mkdir(parents=True, exist_ok=True)
    for path in sorted((folder / "store").iterdir()):
        path.rename(f"{store}{path.name.removeprefix('desk.db')}")
    if not any((folder / "store").iterdir()):
        (folder / "store").rmdir()
    inbox.parent.mkdir(parents=True, exist_ok=True)
    if (folder / "inbox").is_dir() and inbox != folder / "inbox":
        (folder / "inbox").rename(inbox)
    inbox.mkdir(exist_ok=True)


def _below(folder: Path, name: str) -> Path:
    """Give a path below a desk. Raises BadDesk where it leads elsewhere: that may be in use."""
    path = (folder / name).absolute()
    if ".." in path.parts or not path.is_relative_to(folder.absolute()):
        mend = "restore it by hand: tar shows what is in it"
        raise BadDesk(f"names {name!r}, outside of the desk", where="desk.toml", mend=mend)
    return path
