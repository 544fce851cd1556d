"""Pages of an integration's keys: a new one, one revoked. Whoever calls has looked it up and asked the role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from reliability.access.forms.integration import RotationForm
from reliability.access.forms.why import WhyForm
from reliability.access.models import KeyedIntegration, RotatingKey
from reliability.access.requests import AccessRequest
from reliability.access.services.rotating_keys import NewKey, RotatingKeys
from reliability.web.errors import Invalid
from reliability.web.refusals import show_refusal

K = TypeVar("K", bound=RotatingKey)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPages(Generic[K]):
    """address: of the integration's page. trail: (title, address) of the pages above that. lost: what comes no more
    when a key is revoked; refused: the same as it is said afterwards.
    """

    keys: RotatingKeys[K]
    integration: KeyedIntegration
    address: str
    trail: Sequence[tuple[str, str]]
    lost: str
    refused: str

    def rotate(self, request: AccessRequest, *, shown: Callable[[NewKey[K]], HttpResponse]) -> HttpResponse:
        """Asks how long the former key stays; *shown* is the page with the new one, once."""
        form = RotationForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                made = self.keys.rotate(
                    caller=request.caller,
                    integration=self.integration,
                    overlap=form.overlap(),
                    reason=form.cleaned_data["reason"],
                    now=timezone.now(),
                )
            except Invalid as refusal:
                show_refusal(form, refusal)
            else:
                return shown(made)
        context = {"integration": self.integration, "trail": self.trail, "address": self.address, "form": form}
        return render(request, "access/rotate_key.html", context, status=422 if form.errors else 200)

    def revoke(self, request: AccessRequest, *, key_id: int) -> HttpResponse:
        form = WhyForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            key = self.keys.revoke(
                caller=request.caller,
                integration=self.integration,
                key_id=key_id,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
            messages.success(request, f"Revoked the key {key.prefix}…: {self.refused} from now on.")
            return redirect(self.address)
        context = {
            "title": f"Revoke a key of {self.integration}?",
            "losses": [f"{self.lost} with this key, at once and for good"],
            "keeps": "To change a key without a gap, make a new one instead: the former stays valid for a while.",
            "action": "Revoke the key",
            "cancel_url": self.address,
            "form": form,
        }
        return render(request, "web/confirm.html", context, status=422 if form.errors else 200)
