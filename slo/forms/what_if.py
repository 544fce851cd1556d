"""What is supposed of one link: its availability, copies, the share of requests that need it, or that it is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django import forms

from reliability.web.field_messages import number
from slo.domain.what_if import COPIES_MAX, Link

_PLACES = 10


class LinkForm(forms.Form):
    """In percent; what the address leaves out is as it is now."""

    availability = forms.DecimalField(
        min_value=0,
        max_value=100,
        decimal_places=_PLACES,
        max_digits=_PLACES + 3,
        label="Availability (%)",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages=number("write percent, such as 99.9", low=0, high=100),
    )
    copies = forms.IntegerField(
        min_value=1,
        max_value=COPIES_MAX,
        label="Copies",
        error_messages=number("write a whole number, such as 2", low=1, high=COPIES_MAX),
    )
    needed = forms.DecimalField(
        min_value=0,
        max_value=100,
        decimal_places=_PLACES,
        max_digits=_PLACES + 3,
        label="Needed by (% of requests)",
        widget=forms.NumberInput(attrs={"step": "any", "inputmode": "decimal"}),
        error_messages=number("write percent, such as 100", low=0, high=100),
    )
    removed = forms.BooleanField(required=False, label="Without it")


@dataclass(frozen=True, slots=True)
class BaseLink:
    """A link as it is, and by which word the address names it."""

    key: str
    link: Link


@dataclass(frozen=True, slots=True)
class Supposed:
    """One link with its form. after: as supposed; None without it. It is as it is now where the form has a mistake."""

    base: BaseLink
    form: LinkForm
    after: Link | None

    @property
    def is_changed(self) -> bool:
        return self.after != self.base.link


def supposed(*, links: Sequence[BaseLink], query: Mapping[str, Any]) -> list[Supposed]:
    """Each link with what the address says of it."""
    return [_supposed(one, query) for one in links]


def _supposed(base: BaseLink, query: Mapping[str, Any]) -> Supposed:
    shown = _values(base.link)
    data = {f"{base.key}-{name}": query.get(f"{base.key}-{name}", value) for name, value in shown.items()}
    if query.get(f"{base.key}-removed"):
        data[f"{base.key}-removed"] = "on"
    form = LinkForm(data, prefix=base.key)
    for name, field in form.fields.items():
        field.widget.attrs["aria-label"] = f"{field.label}: {base.link.name}" if name else ""
    if not form.is_valid():
        return Supposed(base, form, base.link)
    if form.cleaned_data["removed"]:
        return Supposed(base, form, None)
    # What was shown rounded and came back unchanged is what it was.
    given = {
        "availability": Fraction(form.cleaned_data["availability"]) / 100,
        "copies": form.cleaned_data["copies"],
        "needed": Fraction(form.cleaned_data["needed"]) / 100,
    }
    changed = {name: value for name, value in given.items() if str(data[f"{base.key}-{name}"]) != shown[name]}
    return Supposed(base, form, replace(base.link, **changed))


def _values(link: Link) -> dict[str, str]:
    return {
        "availability": _percent(link.availability),
        "copies": str(link.copies),
        "needed": _percent(link.needed),
    }


def _percent(share: Fraction) -> str:
    text = f"{float(share * 100):.6f}"
    return text.rstrip("0").rstrip(".")
