"""What a simulation asks, as its address carries it."""

from __future__ import annotations

from django import forms

from incidents.paging.domain.urgency import Urgency
from reliability.web.fields import InstantField

URGENCY_WORDS = {
    Urgency.URGENT: "Urgent: at any hour",
    Urgency.NORMAL: "Normal: waits for the end of quiet hours",
}
ACK_MINUTES_MAX = 7 * 24 * 60


class SimulationForm(forms.Form):
    """Every field may be left out: then it is now, urgent, and nobody acknowledges."""

    at = InstantField(required=False, label="It fires at")
    urgency = forms.ChoiceField(
        required=False,
        label="Urgency",
        choices=[(urgency.value, words) for urgency, words in URGENCY_WORDS.items()],
        error_messages={"invalid_choice": "choose urgent or normal"},
    )
    ack = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=ACK_MINUTES_MAX,
        label="Acknowledged after",
        help_text="Minutes. Empty: nobody acknowledges.",
        widget=forms.NumberInput(attrs={"placeholder": "never", "inputmode": "numeric"}),
        error_messages={"invalid": "write whole minutes, or nothing"},
    )
