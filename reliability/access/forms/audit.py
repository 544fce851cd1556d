"""What to narrow the audit trail by, from the address."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from reliability.access.models import Team
from reliability.access.selectors.audit import AuditFilter
from reliability.web.field_messages import chosen

_DAY = {"invalid": "write a day, such as 2026-03-01"}


class AuditFilterForm(forms.Form):
    """Every field may stay empty; days are those of the page's time zone, both ends included."""

    team = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label="Every team",
        label="Team",
        error_messages=chosen("a team"),
    )
    person = forms.CharField(required=False, max_length=120, label="Who")
    action = forms.CharField(required=False, max_length=64, label="Action")
    kind = forms.CharField(required=False, max_length=64, label="Kind of object")
    name = forms.CharField(required=False, max_length=120, label="Object")
    since = forms.DateField(
        required=False, label="From", error_messages=_DAY, widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        required=False, label="To", error_messages=_DAY, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, teams: QuerySet[Team], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team: Any = self.fields["team"]
        team.queryset = teams

    def wanted(self) -> AuditFilter:
        """The filter of the fields that are valid; a mistake in one narrows nothing and is shown at it."""
        self.is_valid()
        fields = self.cleaned_data
        team, until = fields.get("team"), fields.get("until")
        return AuditFilter(
            team=team.slug if team else "",
            person=fields.get("person", ""),
            action=fields.get("action", ""),
            object_kind=fields.get("kind", ""),
            object_name=fields.get("name", ""),
            start=_midnight(fields.get("since")),
            end=_midnight(until + timedelta(days=1) if until else None),
        )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
