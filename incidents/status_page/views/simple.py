"""Two pages that most of this room needs: a form of plain fields, and a question before something is lost."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from incidents.status_page.models import StatusPage
from incidents.status_page.views.reading import frame
from reliability.access.requests import AccessRequest


def form_page(
    request: AccessRequest,
    page: StatusPage | None,
    form: forms.Form,
    *,
    heading: str,
    action: str,
    cancel_url: str,
    subtitle: str = "",
    delete_url: str = "",
) -> HttpResponse:
    """All fields of *form* in their order. action: the word on the button."""
    context = {
        **(frame(request, page) if page else {"page_": None}),
        "form": form,
        "heading": heading,
        "subtitle": subtitle,
        "action": action,
        "cancel_url": cancel_url,
        "delete_url": delete_url,
    }
    return render(request, "status_page/form.html", context, status=422 if form.errors else 200)


def confirm_page(
    request: AccessRequest,
    page: StatusPage,
    *,
    heading: str,
    action: str,
    cancel_url: str,
    losses: Sequence[str],
    keeps: str = "",
    form: forms.Form | None = None,
) -> HttpResponse:
    context = {
        **frame(request, page),
        "heading": heading,
        "action": action,
        "cancel_url": cancel_url,
        "losses": losses,
        "keeps": keeps,
        "form": form,
    }
    return render(request, "status_page/confirm.html", context, status=422 if form and form.errors else 200)


def page_url(page: StatusPage, name: str = "status-page") -> str:
    return reverse(name, args=[page.slug])
