"""The files of kept answers: one directory for each site, one file for each kind of answer.

    DATA_DIR/status-pages/p=shop/=index            the page at /status/shop/
    DATA_DIR/status-pages/d=status.example.com/…   the same page at its own domain

A file is replaced by a rename, a site vanishes by a rename of its directory: whoever reads sees all or nothing.
"""

from __future__ import annotations

import secrets
import shutil
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar
from urllib.parse import quote, unquote

from incidents.status_page.domain.copies import BODY_BYTES_MAX, Copy, CopyError, from_bytes, to_bytes

_FILE_BYTES_MAX = 3 * BODY_BYTES_MAX + 64 * 1024
_SLUG_FILE = "@slug"


@dataclass(frozen=True, slots=True)
class Site:
    """A page at one of its addresses: by its slug, or by a domain of its own."""

    slug: str = ""
    domain: str = ""

    @property
    def directory(self) -> str:
        return f"d={quote(self.domain, safe='')}" if self.domain else f"p={quote(self.slug, safe='')}"


class Store:
    """Write, read and remove. Reading keeps nothing in memory: that is `Memory`'s."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, site: Site, kind: str) -> Path:
        return self._root / site.directory / f"={quote(kind, safe='')}"

    def write(self, site: Site, kind: str, copy: Copy) -> None:
        """Whole or not at all; not synced, since it can be rendered again."""
        path = self.path(site, kind)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, to_bytes(copy))

    def write_slug(self, site: Site) -> None:
        """Which page a domain shows, for what is not kept."""
        path = self._root / site.directory / _SLUG_FILE
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _replace(path, site.slug.encode())

    def read(self, site: Site, kind: str) -> Copy | None:
        try:
            return from_bytes(self.path(site, kind).read_bytes())
        except (OSError, CopyError):
            return None

    def slug_of(self, domain: str) -> str:
        """Blank: no page has this domain."""
        try:
            return (self._root / Site(domain=domain).directory / _SLUG_FILE).read_text()
        except (OSError, ValueError):
            return ""

    def kinds(self, site: Site) -> set[str]:
        with suppress(OSError):
            names = [path.name for path in (self._root / site.directory).iterdir()]
            return {unquote(name[1:]) for name in names if name.startswith("=")}
        return set()

    def remove_kind(self, site: Site, kind: str) -> None:
        with suppress(OSError):
            self.path(site, kind).unlink()

    def remove(self, site: Site) -> None:
        """At once for every process; the files themselves go a moment later."""
        self._remove_directory(site.directory)

    def sweep(self, *, keep: Collection[Site]) -> int:
        """Remove all other sites and what a killed process left behind. Returns how many went."""
        known = {site.directory for site in keep}
        gone = 0
        with suppress(OSError):
            for path in list(self._root.iterdir()):
                if path.name not in known:
                    self._remove_directory(path.name)
                    gone += 1
        for site in keep:
            with suppress(OSError):
                for path in (self._root / site.directory).glob(".new-*"):
                    path.unlink(missing_ok=True)
        return gone

    def _remove_directory(self, name: str) -> None:
        path = self._root / name
        aside = self._root / f".gone-{secrets.token_hex(6)}"
        with suppress(OSError):
            path.rename(aside)
            path = aside
        shutil.rmtree(path, ignore_errors=True)


class Sized(Protocol):
    @property
    def size(self) -> int: ...


Prepared = TypeVar("Prepared", bound=Sized)


class Memory(Generic[Prepared]):
    """What *prepare* made of copies, as long as their files are the same; the least used are forgotten first."""

    def __init__(self, store: Store, *, bytes_max: int, prepare: Callable[[Copy], Prepared]) -> None:
        self._store = store
        self._bytes_max = bytes_max
        self._prepare = prepare
        self._bytes = 0
        self._kept: OrderedDict[tuple[Site, str], _Kept[Prepared]] = OrderedDict()

    def get(self, site: Site, kind: str) -> Prepared | None:
        """None when it is not kept (any more)."""
        at = (site, kind)
        kept = self._kept.get(at)
        path = kept.path if kept is not None else self._store.path(site, kind)
        try:
            stat = path.stat()
        except (OSError, ValueError):
            self._forget(at)
            return None
        seen = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
        if kept is not None and kept.seen == seen:
            self._kept.move_to_end(at)
            return kept.value
        self._forget(at)
        copy = self._store.read(site, kind) if stat.st_size <= _FILE_BYTES_MAX else None
        if copy is None:
            return None
        value = self._prepare(copy)
        self._keep(at, _Kept(path, seen, value))
        return value

    def _keep(self, at: tuple[Site, str], kept: _Kept[Prepared]) -> None:
        self._kept[at] = kept
        self._bytes += kept.value.size
        while self._bytes > self._bytes_max and len(self._kept) > 1:
            self._forget(next(iter(self._kept)))

    def _forget(self, at: tuple[Site, str]) -> None:
        kept = self._kept.pop(at, None)
        if kept is not None:
            self._bytes -= kept.value.size


@dataclass(frozen=True, slots=True)
class _Kept(Generic[Prepared]):
    """seen: time, inode and length of the file when it was read."""

    path: Path
    seen: tuple[int, int, int]
    value: Prepared


def _replace(path: Path, content: bytes) -> None:
    temporary = path.parent / f".new-{secrets.token_hex(6)}"
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
