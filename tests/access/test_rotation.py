"""Rotation of encryption keys with live data: no unreadable secret (fault 36)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import BinaryField
from pytest_django import Settings

from reliability.access.services import vault
from reliability.access.services.rotation import encrypted_columns
from reliability.telemetry.models import Source
from tests.cast import Cast, SourceFactory


def password_of(source: Source) -> str:
    assert source.secret is not None
    return vault.decrypt(source.secret)


def test_after_the_rotation_the_old_key_may_go(
    cast: Cast, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    sources = [SourceFactory(team=cast.payments, secret=vault.encrypt(f"password {n}")) for n in range(3)]
    without = SourceFactory(team=cast.payments)
    settings.ENCRYPTION_KEYS = ["new", "old"]
    entered_meanwhile = SourceFactory(team=cast.payments, secret=vault.encrypt("fresh"))
    call_command("rotate_encryption")
    assert "telemetry.Source.secret: 4 encrypted again" in capsys.readouterr().out
    settings.ENCRYPTION_KEYS = ["new"]
    for source in (*sources, entered_meanwhile, without):
        source.refresh_from_db()
    assert [password_of(source) for source in sources] == ["password 0", "password 1", "password 2"]
    assert password_of(entered_meanwhile) == "fresh"
    assert without.secret is None


def test_a_secret_that_no_key_opens_is_told_and_kept(cast: Cast, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["lost"]
    source = SourceFactory(team=cast.payments, secret=vault.encrypt("password"))
    settings.ENCRYPTION_KEYS = ["new"]
    with pytest.raises(CommandError, match="add the old key behind the new one"):
        call_command("rotate_encryption")
    source.refresh_from_db()
    settings.ENCRYPTION_KEYS = ["new", "lost"]
    assert password_of(source) == "password"


def test_every_binary_column_named_as_a_secret_is_rotated() -> None:
    """A room that keeps credentials registers the column: this notices one that was forgotten."""
    kept = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, BinaryField) and "secret" in field.name
    }
    assert kept <= {(column.model, column.column) for column in encrypted_columns()}
