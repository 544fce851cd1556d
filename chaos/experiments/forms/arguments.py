"""Form fields for what an injector asks for: each `Argument` becomes a field with its help and its bounds."""

from __future__ import annotations

from typing import Any

from django import forms

from chaos.injectors.protocol import Argument
from reliability.web.field_messages import chosen, needed, number

TEXT_LENGTH_MAX = 2_000


def field_of(argument: Argument, *, is_set: bool = False) -> forms.Field:
    """is_set: a secret that has a value already: left empty, it stays."""
    common: dict[str, Any] = {
        "label": argument.name.replace("_", " ").capitalize(),
        "help_text": _help(argument, is_set),
        "required": argument.is_required and argument.kind != "boolean" and not is_set,
        "initial": argument.default,
    }
    if argument.is_secret:
        widget = forms.PasswordInput(attrs={"autocomplete": "off"})
        return forms.CharField(
            **common, max_length=TEXT_LENGTH_MAX, strip=False, widget=widget, error_messages=needed("write its value")
        )
    if argument.kind == "boolean":
        return forms.BooleanField(**common)
    if argument.kind == "choice":
        blank = [] if argument.is_required else [("", "–")]
        options = [(one, one) for one in argument.choices]
        return forms.ChoiceField(**common, choices=[*blank, *options], error_messages=chosen("one"))
    if argument.kind in ("number", "seconds", "integer"):
        made: type[forms.Field] = forms.IntegerField if argument.kind == "integer" else forms.FloatField
        bounds: dict[str, Any] = {"min_value": argument.least, "max_value": argument.most}
        return made(**common, **bounds, error_messages=number("write a number"))
    return forms.CharField(**common, max_length=TEXT_LENGTH_MAX, error_messages=needed(f"write {argument.help}"))


def _help(argument: Argument, is_set: bool) -> str:
    words = argument.help[:1].upper() + argument.help[1:]
    return f"{words}. It has a value; left empty it stays." if is_set else f"{words}."
