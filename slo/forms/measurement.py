"""How an indicator is measured: one group of fields per kind, and the spec they make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms

from reliability.web.field_messages import CHOICE, number

KINDS = (
    ("ratio", "Good and total events"),
    ("latency", "Latency below a threshold"),
    ("raw_ratio", "A ready-made ratio"),
    ("boolean", "Up or down"),
    ("threshold", "A gauge against a limit"),
    ("pushed", "Pushed counts"),
)
# What each kind asks, in the words of its radio button.
KIND_HINTS = {
    "ratio": "Counters of requests, jobs, messages",
    "latency": "From a histogram of durations",
    "raw_ratio": "A gauge between 0 and 1",
    "boolean": "A probe that says 1 or 0",
    "threshold": "Freshness, queue length, lag",
    "pushed": "Your job posts good and valid to the API",
}
RATIO_PARTS = (
    ("good_valid", "good and all events"),
    ("bad_valid", "bad and all events"),
    ("good_bad", "good and bad events"),
)
OPERATORS = (("lt", "below <"), ("lte", "at or below ≤"), ("gt", "above >"), ("gte", "at or above ≥"))
_PARTS = {"good_valid": ("good", "valid"), "bad_valid": ("bad", "valid"), "good_bad": ("good", "bad")}
# Where an error of the spec belongs on the form.
_SPEC_FIELDS = {
    "ratio": {"good": "good", "bad": "bad", "valid": "valid"},
    "raw_ratio": {"success": "raw_query", "failure": "raw_query"},
    "latency": {"metric": "metric", "threshold_seconds": "threshold_seconds", "histogram": "histogram"},
    "boolean": {"query": "boolean_query"},
    "threshold": {"query": "gauge_query", "op": "op", "value": "value"},
    "pushed": {},
}

# What to write where a measurement is incomplete.
_NEEDED = {
    "good": "write the counter of good events",
    "bad": "write the counter of bad events",
    "valid": "write the counter of all events",
    "metric": "write the histogram's name, such as http_request_duration_seconds",
    "threshold_seconds": "write the seconds up to which an event is good, such as 0.3",
    "raw_query": "write the gauge that shows the ratio",
    "boolean_query": "write the probe that says 1 or 0",
    "gauge_query": "write the gauge to compare with the limit",
    "value": "write the limit in the unit of the gauge, such as 300",
}


def _query(label: str, example: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=4000,
        label=label,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false", "placeholder": example, "class": "code"}),
    )


class MeasurementForm(forms.Form):
    """The fields of every kind; only those of the chosen one are read and must be filled."""

    kind = forms.ChoiceField(
        error_messages=CHOICE, choices=KINDS, initial="ratio", label="What is counted", widget=forms.RadioSelect
    )

    ratio_parts = forms.ChoiceField(
        error_messages=CHOICE,
        choices=RATIO_PARTS,
        initial="good_valid",
        required=False,
        label="Which counters you have",
    )
    good = _query(
        "Good events",
        'http_requests_total{job="checkout",code!~"5.."}',
        "A counter, without rate() or increase(): resets are seen per minute by the platform itself.",
    )
    bad = _query("Bad events", 'http_requests_total{job="checkout",code=~"5.."}', "A counter; absent means none.")
    valid = _query("All events", 'http_requests_total{job="checkout"}', "A counter of every event that counts.")

    metric = _query(
        "Histogram",
        'http_request_duration_seconds{job="checkout"}',
        "The metric's name without _bucket; label selectors narrow it.",
    )
    threshold_seconds = forms.FloatField(
        required=False,
        min_value=0,
        label="Good at or below (seconds)",
        help_text="Must be a bucket bound (le) of a classic histogram. Example: 0.3",
        error_messages=number(_NEEDED["threshold_seconds"], low=0),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    histogram = forms.ChoiceField(
        error_messages=CHOICE,
        required=False,
        choices=(("classic", "classic (le buckets)"), ("native", "native")),
        initial="classic",
        label="Histogram type",
    )

    raw_side = forms.ChoiceField(
        error_messages=CHOICE,
        required=False,
        choices=(("success", "share of good events"), ("failure", "share of bad events")),
        initial="success",
        label="The gauge shows the",
    )
    raw_query = _query(
        "Ratio",
        "job:checkout_success:ratio_rate1m",
        "A gauge between 0 and 1. Each minute weighs the same: counters are better where you have them.",
    )
    boolean_query = _query("Probe", 'probe_success{job="blackbox"}', "1 is up, 0 is down. A minute is good when up.")
    gauge_query = _query("Gauge", 'queue_oldest_seconds{queue="mail"}', "Compared with the limit once a minute.")
    op = forms.ChoiceField(
        error_messages=CHOICE, required=False, choices=OPERATORS, initial="lt", label="Good when the gauge is"
    )
    value = forms.FloatField(
        required=False,
        label="Limit",
        help_text="In the unit of the gauge. Example: 300",
        error_messages=number(_NEEDED["value"]),
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def kind_options(self) -> list[tuple[str, str, str]]:
        """(value, label, hint) of each kind, for the radio cards."""
        return [(value, label, KIND_HINTS[value]) for value, label in KINDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for field in self.needed_fields():
            if cleaned.get(field) in (None, "") and field not in self.errors:
                self.add_error(field, _NEEDED[field])
        return cleaned

    def needed_fields(self) -> tuple[str, ...]:
        """The fields that the chosen kind cannot do without."""
        kind = self.cleaned_data.get("kind")
        if kind == "ratio":
            return _PARTS[self.cleaned_data.get("ratio_parts") or "good_valid"]
        return {
            "latency": ("metric", "threshold_seconds"),
            "raw_ratio": ("raw_query",),
            "boolean": ("boolean_query",),
            "threshold": ("gauge_query", "value"),
        }.get(str(kind), ())

    def spec(self) -> dict[str, Any]:
        """The measurement as the telemetry room reads it. Only on a valid form."""
        data = self.cleaned_data
        kind = data["kind"]
        if kind == "ratio":
            return {"kind": kind} | {part: data[part].strip() for part in self.needed_fields()}
        if kind == "raw_ratio":
            return {"kind": kind, data["raw_side"] or "success": data["raw_query"].strip()}
        if kind == "latency":
            return {
                "kind": kind,
                "metric": data["metric"].strip(),
                "threshold_seconds": data["threshold_seconds"],
                "histogram": data["histogram"] or "classic",
            }
        if kind == "boolean":
            return {"kind": kind, "query": data["boolean_query"].strip()}
        if kind == "threshold":
            return {
                "kind": kind,
                "query": data["gauge_query"].strip(),
                "op": data["op"] or "lt",
                "value": data["value"],
            }
        return {"kind": kind}

    def field_of(self, path: str) -> str:
        """The field where an error at *path* of the spec is shown; `kind` when it has no own field."""
        return _SPEC_FIELDS.get(str(self.data.get("kind", "")), {}).get(
            path.removeprefix("spec.").split(".")[0], "kind"
        )


def initial_of(spec: Mapping[str, Any]) -> dict[str, Any]:
    """The field values that would make *spec*: the inverse of MeasurementForm.spec."""
    kind = spec.get("kind", "ratio")
    if kind == "ratio":
        parts = next((name for name, needed in _PARTS.items() if all(part in spec for part in needed)), "good_valid")
        return {"kind": kind, "ratio_parts": parts} | {p: spec[p] for p in ("good", "bad", "valid") if p in spec}
    if kind == "raw_ratio":
        side = "success" if "success" in spec else "failure"
        return {"kind": kind, "raw_side": side, "raw_query": spec.get(side, "")}
    if kind == "boolean":
        return {"kind": kind, "boolean_query": spec.get("query", "")}
    if kind == "threshold":
        return {
            "kind": kind,
            "gauge_query": spec.get("query", ""),
            "op": spec.get("op", "lt"),
            "value": spec.get("value"),
        }
    return {key: value for key, value in spec.items() if key in {"kind", *_SPEC_FIELDS.get(str(kind), {})}}
