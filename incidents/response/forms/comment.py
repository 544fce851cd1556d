"""What people write to the timeline."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from reliability.web.fields import InstantField

_WORDS = {"required": "write what was seen or done"}


class CommentForm(forms.Form):
    """The composer. With `at` it is told late, and stands where it happened."""

    prefix = "comment"

    text = forms.CharField(
        label="Comment",
        error_messages=_WORDS,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What do you see, what do you do?"}),
    )
    is_pinned = forms.BooleanField(label="Pin it", required=False)
    at = InstantField(label="At", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].max_length = settings.TIMELINE_TEXT_MAX  # type: ignore[attr-defined]  # of a CharField


class EntryForm(forms.Form):
    """An edit of an entry; `was` is the text it began with."""

    text = forms.CharField(label="Text", error_messages=_WORDS, widget=forms.Textarea(attrs={"rows": 6}))
    at = InstantField(label="Happened at", error_messages={"required": "write when it happened"})
    was = forms.CharField(widget=forms.HiddenInput, required=False, strip=False)


class ImportForm(forms.Form):
    """Several late events at once."""

    text = forms.CharField(
        label="Events",
        error_messages={"required": "paste at least one line"},
        widget=forms.Textarea(attrs={"rows": 12, "class": "code", "spellcheck": "false"}),
        help_text=(
            "One a line, beginning with its instant: <code>2026-03-01 12:00 UTC deploy 41 begins</code>. "
            "Times without an offset are UTC. CSV and JSON with <code>at</code> and <code>text</code> are read, too."
        ),
    )
