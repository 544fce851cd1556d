"""One public answer as bytes, so that it can be kept and served again without the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """One answer. etag: strong, of the body, in quotes. changed_at: for Last-Modified. status: 200 or 404."""

    body: bytes
    content_type: str
    etag: str
    changed_at: datetime
    max_age_seconds: int
    status: int = 200


def rendered(
    *, body: bytes, content_type: str, changed_at: datetime, max_age_seconds: int = 30, status: int = 200
) -> Rendered:
    """*body* with its ETag."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Rendered(body, content_type, etag, changed_at, max_age_seconds, status)
