"""Two people who change the same thing: the second is told, nothing is lost."""

from __future__ import annotations

from datetime import UTC

from chaos.backlog.models import Trial, Vulnerability
from reliability.web.errors import Conflict


def check_revision(*, stored: Vulnerability | Trial, expected: int | None) -> None:
    """expected: of what was read; None takes any. Raises Conflict."""
    if expected is None or stored.revision == expected:
        return
    message = (
        f"{stored.updated_by_name or 'somebody'} changed this at "
        f"{stored.updated_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, after you opened it: your change is not saved; "
        "compare both and save again"
    )
    raise Conflict(message, reason="changed_meanwhile")
