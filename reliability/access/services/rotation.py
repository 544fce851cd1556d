"""Re-encryption of every credential under the first key, so that an old key may go."""

from __future__ import annotations

from dataclasses import dataclass

from django.apps import apps
from django.db import models

from reliability.access.services import vault


@dataclass(frozen=True, slots=True, order=True)
class EncryptedColumn:
    """A nullable BinaryField that holds what `vault.encrypt` made. model: "app_label.Model"."""

    model: str
    column: str


_COLUMNS: set[EncryptedColumn] = set()


def register_encrypted(*, model: str, column: str) -> None:
    """At start-up, by the room that owns the column: what is not registered is not rotated."""
    _COLUMNS.add(EncryptedColumn(model, column))


def encrypted_columns() -> list[EncryptedColumn]:
    return sorted(_COLUMNS)


def rotate_all() -> dict[EncryptedColumn, int]:
    """How many credentials of each column were encrypted again. Safe to run at any time and twice.

    Raises VaultError at the first that no key opens; those before it are rotated.
    """
    return {column: _rotate(column) for column in encrypted_columns()}


def _rotate(column: EncryptedColumn) -> int:
    model: type[models.Model] = apps.get_model(column.model)
    rows = model._base_manager.exclude(**{column.column: None}).order_by("pk")
    rotated = 0
    for pk, blob in rows.values_list("pk", column.column).iterator(chunk_size=500):
        # Compare and swap: a credential that somebody entered meanwhile stays, it has the new key already.
        rotated += rows.filter(pk=pk, **{column.column: blob}).update(**{column.column: vault.rotate(blob)})
    return rotated
