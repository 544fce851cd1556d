"""A choice that always offers what is stored already, also where the person may not see or choose it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Model
from django.forms.models import ModelChoiceIterator

STAYS = "(stays)"  # no name begins with a bracket, and the page must not tell the name


class _Choices(ModelChoiceIterator):  # type: ignore[type-arg]  # Django has no such subscript at run time
    def __iter__(self) -> Iterator[Any]:
        offered = super().__iter__()
        if self.field.empty_label is not None:
            yield next(offered)
        if isinstance(self.field, StoredChoiceField) and self.field.stored is not None:
            yield STAYS, self.field.stored_label
        yield from offered


class StoredChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # as above
    """Like its parent until `keep` names an object outside of its choices."""

    iterator = _Choices
    stored: Model | None = None
    stored_label = ""

    def keep(self, stored: Model | None, *, label: str) -> bool:
        """Offer *stored* as *label* when the choices lack it; returns whether they did. Its name is never told."""
        if stored is None or self.queryset is None or self.queryset.filter(pk=stored.pk).exists():
            return False
        self.stored, self.stored_label = stored, label
        self.widget.choices = self.choices
        return True

    def to_python(self, value: Any) -> Any:
        if value == STAYS and self.stored is not None:
            return self.stored
        return super().to_python(value)
