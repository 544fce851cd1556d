"""Addresses that people enter: checked when saved, as they are again when something is sent."""

from __future__ import annotations

from urllib.parse import SplitResult, urlsplit

import structlog
from django import forms

from reliability.web.metrics import REFUSED_ADDRESSES
from reliability.web.outbound_addresses import allowed_addresses, current_policy
from reliability.web.outbound_policy import OutboundPolicy, OutboundRefused

log = structlog.get_logger(__name__)

_LENGTH_MAX = 2000


class AddressField(forms.CharField):
    """An https address that may be reached. http only within networks that the operator listed by name or number."""

    def __init__(self, *, example: str, **options: object) -> None:
        self.example = example
        options.setdefault("max_length", _LENGTH_MAX)
        super().__init__(**options)  # type: ignore[arg-type]  # passed on as they are

    def clean(self, value: object) -> str:
        url = str(super().clean(value)).strip()
        if url:
            self._check(url)
        return url

    def _check(self, url: str) -> None:
        parts = _parts(url)
        if parts is None or parts.scheme not in ("http", "https"):
            raise forms.ValidationError(f"must be an address such as {self.example}")
        if parts.username or parts.password:
            raise forms.ValidationError("must not hold a user name or password before the host")
        try:
            is_private = is_listed_private(parts)
        except OutboundRefused as error:
            log.warning("channel_address_refused", at="save", host=error.host, address=error.address)
            REFUSED_ADDRESSES.labels("save").inc()
            raise forms.ValidationError(str(error)) from error
        if parts.scheme == "http" and not is_private:
            raise forms.ValidationError(
                "must begin with https:// so that nobody on the way reads what is told; "
                "http is for private networks that OUTBOUND_ALLOWED_HOSTS lists"
            )


def is_listed_private(parts: SplitResult) -> bool:
    """Whether the host is private and the operator listed it. False when its name is unknown now.

    Raises OutboundRefused when it may not be reached.
    """
    host, port = parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)
    try:
        addresses = allowed_addresses(host=host, port=port, policy=current_policy())
    except OSError:
        return False  # a test of the channel will tell
    public = OutboundPolicy.parse([])
    return all(public.refusal(host=host, address=address) is not None for address in addresses)


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        is_whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if is_whole and not set(url) & set(" \t\r\n\x00") else None
