"""Which deployments broke production."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from reliability.delivery.models import Deployment

WORDS_MAX = 40


class _Choices(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # takes none when it runs
    """As people tell deployments apart: what, of which service, when."""

    def label_from_instance(self, obj: Deployment) -> str:
        at = f"{obj.finished_at:%Y-%m-%d %H:%M} UTC" if obj.finished_at else ""
        what = (obj.title or obj.revision or obj.key)[:WORDS_MAX]
        return f"{at} · {obj.service.title}: {what}"


class BreakingDeploymentsForm(forms.Form):
    """Chosen from what the caller may see."""

    deployments = _Choices(
        queryset=Deployment.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Deployments"
    )

    def __init__(self, *args: Any, deployments: QuerySet[Deployment], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deployments"].queryset = deployments  # type: ignore[attr-defined]  # of a ModelChoiceField
