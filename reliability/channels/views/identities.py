"""Connecting a chat account: the link comes from the chat, the person from the sign-in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from reliability.access.requests import AccessRequest, person_of
from reliability.channels.services import identities


@require_http_methods(["GET", "HEAD", "POST"])
def identity_connect(request: AccessRequest, token: str) -> HttpResponse:
    person = person_of(request)
    offer = identities.offer_of(token=token)
    if request.method == "POST":
        identities.connect(caller=request.caller, offer=offer, now=timezone.now())
        messages.success(request, "Connected: press the button in the chat again.")
        return redirect("contact-list")
    return render(request, "channels/identity_connect.html", {"offer": offer, "person": person})
