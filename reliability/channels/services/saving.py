"""What saving has in common for channels and contact methods: kinds that only administrators may point somewhere,
secrets sealed, and an audit trail that tells that a secret changed and never what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from reliability.access.domain.caller import Caller
from reliability.access.services.vault import encrypt
from reliability.channels.kinds.kind import Kind
from reliability.channels.kinds.registry import UnknownKindError, kind_of
from reliability.web.errors import Forbidden, Invalid

TITLE_LENGTH_MAX = 120


def kind_named(name: str, *, for_persons: bool) -> Kind:
    """Raises Invalid for a kind that is unknown, or not for whom it is asked."""
    try:
        kind = kind_of(name)
    except UnknownKindError as error:
        raise Invalid(details=[{"field": "kind", "message": str(error)}]) from error
    if not (kind.serves_persons if for_persons else kind.serves_teams):
        whom = "a person" if for_persons else "a team"
        raise Invalid(details=[{"field": "kind", "message": f"{kind.title} is no way to reach {whom}"}])
    return kind


def require_administrator(*, caller: Caller, kind: Kind) -> None:
    """Raises Forbidden unless the caller may point such a kind somewhere."""
    if kind.needs_administrator and not caller.is_administrator:
        raise Forbidden(
            f"{kind.title}: the outbound guard does not see where it leads, so only an administrator of the "
            "installation may enter its address",
            reason="role_too_low",
        )


def checked_title(title: str) -> str:
    """Raises Invalid."""
    title = " ".join(title.split())
    if not title or len(title) > TITLE_LENGTH_MAX:
        message = f"a title has 1 to {TITLE_LENGTH_MAX} characters"
        raise Invalid(details=[{"field": "title", "message": message}])
    return title


def sealed(secrets: Mapping[str, str]) -> bytes | None:
    return encrypt(orjson.dumps(dict(secrets)).decode()) if secrets else None


def secret_changes(old: Mapping[str, str], new: Mapping[str, str]) -> dict[str, list[Any]]:
    """That a secret changed, never what it is."""
    words = {name: ["set" if name in old else None, "set" if name in new else None] for name in {*old, *new}}
    return {f"secret {name}": pair for name, pair in sorted(words.items()) if old.get(name) != new.get(name)}
