"""What fields say when they are left empty: what to write, never Django's stock sentence."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest
from django import forms

from reliability.access.forms.sign_in import SignInForm
from tests.architecture.sources import python_files

ROOMS = (
    "reliability.access",
    "reliability.catalog",
    "reliability.channels",
    "reliability.telemetry",
    "incidents",
    "slo",
)
STOCK = "This field is required."


def _forms() -> Iterator[type[forms.BaseForm]]:
    for path in python_files("reliability", "incidents", "slo"):
        if "forms" in path.parts or path.stem == "form":
            import_module(".".join(path.with_suffix("").parts).removesuffix(".__init__"))
    waiting: list[type[forms.BaseForm]] = [forms.BaseForm]
    while waiting:
        form = waiting.pop()
        waiting += form.__subclasses__()
        if form.__module__.startswith(ROOMS):
            yield form


def test_every_field_that_is_needed_says_what_to_write() -> None:
    silent = [
        f"{form.__module__}.{form.__qualname__}.{name}"
        for form in _forms()
        for name, field in form.base_fields.items()  # type: ignore[attr-defined]  # of Django's form metaclass
        if field.required and field.error_messages["required"] == STOCK and form is not SignInForm
    ]
    assert silent == []


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, {"username": ["write your email address"], "password": ["write your password"]}),
        ({"username": "ada@example.com"}, {"password": ["write your password"]}),
    ],
    ids=["everything is empty", "the password is empty"],
)
def test_signing_in_with_empty_fields_says_what_to_write(data: dict[str, str], words: dict[str, list[str]]) -> None:
    assert SignInForm(data=data).errors == words
