"""What pages of objectives show before there is anything."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

As = Callable[[str], Client]


def test_an_empty_installation_teaches_the_steps(as_: As) -> None:
    page = as_("editor").get("/").content.decode()
    assert "Three steps" in page
    assert "/sources/new/" in page
    assert "/api/v1/counts" in page
