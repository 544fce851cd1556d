"""Every kind of channel there is. A new kind is a folder here and a line below."""

from __future__ import annotations

from reliability.channels.kinds.kind import Kind

_KINDS: tuple[Kind, ...] = ()
_BY_NAME: dict[str, Kind] = {kind.name: kind for kind in _KINDS}


class UnknownKindError(ValueError):
    """A kind that no folder provides."""


def kinds() -> list[Kind]:
    return list(_KINDS)


def kind_of(name: str) -> Kind:
    """Raises UnknownKindError naming the known kinds."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise UnknownKindError(f"there is no kind of channel {name!r}: choose one of {', '.join(_BY_NAME)}") from None
