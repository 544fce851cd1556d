"""How a suspect is named: service and revision, so that a line of a ledger can be read alone."""

from __future__ import annotations

import re

_SHA = re.compile(r"[0-9a-f]{12,64}", re.IGNORECASE)
_SHORT = 7
_REVISION_MAX = 40


def deployment_label(*, service: str, revision: str, title: str, environment: str) -> str:
    """checkout 4f2a91c to production; a revision that is no hash stands as it is, the title for one not told."""
    what = revision[:_SHORT] if _SHA.fullmatch(revision) else revision[:_REVISION_MAX]
    return f"{service} {what or title} to {environment}"
