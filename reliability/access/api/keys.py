"""Keys of integrations, as every API of such integrations tells and asks for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from ninja import Schema
from pydantic import Field

from reliability.access.services.rotating_keys import NewKey


class KeyOut(Schema):
    id: int
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class NewKeyOut(Schema):
    key: str = Field(description="shown this once")
    id: int
    former_until: datetime


class RotationIn(Schema):
    overlap_hours: int = Field(24, ge=0, le=90 * 24, description="how long the former keys stay valid")
    reason: str = Field("", max_length=500)

    def overlap(self) -> timedelta:
        return timedelta(hours=self.overlap_hours)


def new_key(made: NewKey[Any], *, former_until: datetime) -> NewKeyOut:
    return NewKeyOut(key=made.text, id=made.key.pk, former_until=former_until)
