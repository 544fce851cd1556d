"""A single reason, for writes that only need one."""

from __future__ import annotations

from django import forms

from reliability.web.field_messages import WHY


class ReasonForm(forms.Form):
    """Why something is revoked or deleted."""

    reason = forms.CharField(
        max_length=2000, label="Reason", error_messages=WHY, widget=forms.Textarea(attrs={"rows": 2})
    )
