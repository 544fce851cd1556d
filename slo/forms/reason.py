"""A single reason, for writes that only need one."""

from __future__ import annotations

from django import forms


class ReasonForm(forms.Form):
    """Why something is revoked or deleted."""

    reason = forms.CharField(max_length=2000, label="Reason", widget=forms.Textarea(attrs={"rows": 2}))
