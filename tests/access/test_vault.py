"""Credentials at rest survive the rotation of keys (fault 36)."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from reliability.access.services import vault


def test_what_was_encrypted_comes_back() -> None:
    blob = vault.encrypt("hunter2 ✓")
    assert b"hunter2" not in blob
    assert vault.decrypt(blob) == "hunter2 ✓"


def test_a_memoryview_from_the_database_is_read_too() -> None:
    assert vault.decrypt(memoryview(vault.encrypt("x"))) == "x"


def test_an_old_secret_is_readable_under_a_new_first_key(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    blob = vault.encrypt("hunter2")
    settings.ENCRYPTION_KEYS = ["new", "old"]
    assert vault.decrypt(blob) == "hunter2"
    rotated = vault.rotate(blob)
    settings.ENCRYPTION_KEYS = ["new"]
    assert vault.decrypt(rotated) == "hunter2"


def test_a_lost_key_is_told_in_words(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = ["old"]
    blob = vault.encrypt("hunter2")
    settings.ENCRYPTION_KEYS = ["new"]
    with pytest.raises(vault.VaultError, match="add the old key behind the new one"):
        vault.decrypt(blob)
