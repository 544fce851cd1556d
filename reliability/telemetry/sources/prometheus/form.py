from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings

from reliability.telemetry.sources.kind import SettingsForm
from reliability.telemetry.sources.prometheus.options import parse_headers
from reliability.web.field_messages import needed, number

_AUTH = [("none", "None"), ("basic", "User name and password"), ("bearer", "Bearer token")]


class PrometheusForm(SettingsForm):
    """Address, credentials and bounds of a Prometheus-compatible server."""

    secret_fields: ClassVar[tuple[str, ...]] = ("password", "token", "headers")
    forgettable_fields: ClassVar[tuple[str, ...]] = ("headers",)
    rare_fields: ClassVar[tuple[str, ...]] = (
        "ca_bundle",
        "read_seconds",
        "gap_seconds",
        "concurrency",
        "points_max",
    )

    url = forms.CharField(
        label="Address",
        error_messages=needed("write the server's address, such as http://prometheus.internal:9090"),
        max_length=500,
        help_text="Without /api/v1: http://prometheus.internal:9090, or https://mimir.example.com/prometheus",
    )
    auth = forms.ChoiceField(
        label="Credentials",
        choices=_AUTH,
        required=False,
        error_messages={"invalid_choice": "choose none, basic or bearer"},
    )
    username = forms.CharField(label="User name", max_length=200, required=False)
    password = forms.CharField(
        label="Password",
        max_length=1000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    token = forms.CharField(
        label="Bearer token",
        max_length=8000,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    headers = forms.CharField(
        label="More headers",
        max_length=8000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One Name: value a line, e.g. X-Scope-OrgID: shop. Stored encrypted like the credentials.",
    )
    ca_bundle = forms.CharField(
        label="Certificate authority",
        max_length=200_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="PEM text, when the server's certificate is signed by your own authority.",
    )
    read_seconds = forms.FloatField(
        label="Time-out in seconds",
        error_messages=number("write seconds, such as 10", low=1, high=120),
        min_value=1,
        max_value=120,
        initial=10,
        required=False,
        help_text="For one query. Fresh minutes and previews are waited for some seconds only, whatever it says.",
    )
    gap_seconds = forms.IntegerField(
        label="Longest gap in seconds",
        error_messages=number("write whole seconds, such as 300", low=30, high=3600),
        min_value=30,
        max_value=3600,
        initial=300,
        required=False,
        help_text="Samples further apart than this leave the minutes between unmeasured. At least twice the "
        "scrape interval; 300 is Prometheus' own look-back.",
    )
    concurrency = forms.IntegerField(
        label="Queries at once",
        error_messages=number("write a whole number, such as 4", low=1, high=32),
        min_value=1,
        max_value=32,
        initial=4,
        required=False,
        help_text="From each process.",
    )
    points_max = forms.IntegerField(
        label="Points of a series per query",
        error_messages=number("write a whole number", low=300, high=settings.SOURCE_POINTS_MAX),
        min_value=300,
        max_value=settings.SOURCE_POINTS_MAX,
        initial=settings.SOURCE_POINTS_MAX,
        required=False,
        help_text="Longer stretches are asked for in pieces.",
    )
    defaults: ClassVar[dict[str, Any]] = {"auth": "none", "read_seconds": 10.0, "gap_seconds": 300, "concurrency": 4}

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip().rstrip("/")
        try:
            parts = urlsplit(url)
            port_is_legal = parts.port is None or parts.port > 0
        except ValueError:
            port_is_legal = False
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or not port_is_legal:
            raise forms.ValidationError("must be an address such as http://prometheus.internal:9090")
        if parts.username or parts.password:
            raise forms.ValidationError("must not hold a password: choose the credentials below, they are encrypted")
        if parts.query or parts.fragment:
            raise forms.ValidationError("must not have a ? or # part")
        for suffix in ("/api/v1", "/graph"):
            url = url.removesuffix(suffix)
        return url

    def clean_headers(self) -> str:
        text = str(self.cleaned_data["headers"])
        try:
            parse_headers(text)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        return text

    def clean_ca_bundle(self) -> str:
        text = str(self.cleaned_data["ca_bundle"])
        if text:
            try:
                ssl.create_default_context().load_verify_locations(cadata=text)
            except (ssl.SSLError, ValueError) as error:
                raise forms.ValidationError(
                    "must be certificates as PEM text, beginning with -----BEGIN CERTIFICATE-----"
                ) from error
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, value in self.defaults.items():
            if cleaned.get(name) in (None, "") and name not in self.errors:
                cleaned[name] = value
        if cleaned.get("points_max") is None and "points_max" not in self.errors:
            cleaned["points_max"] = settings.SOURCE_POINTS_MAX
        if cleaned.get("auth") == "basic":
            self._need(cleaned, "username", "enter the user name")
            self._need(cleaned, "password", "enter the password")
        elif cleaned.get("auth") == "bearer":
            self._need(cleaned, "token", "enter the token")
        return cleaned

    def _need(self, cleaned: dict[str, Any], name: str, message: str) -> None:
        if not cleaned.get(name) and name not in self.errors and name not in self.stored:
            self.add_error(name, message)

    def needed_secrets(self) -> frozenset[str]:
        own = {"basic": "password", "bearer": "token"}.get(self.cleaned_data["auth"], "headers")
        return frozenset({own, "headers"})

    @staticmethod
    def destination(settings: Mapping[str, Any]) -> str:
        parts = urlsplit(str(settings.get("url", "")))
        return f"{parts.scheme}://{parts.netloc}"
