"""Addresses of this room."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from incidents.learning.views import review

urlpatterns: list[URLPattern | URLResolver] = [
    path("incidents/review/", review.review_page, name="review"),
    path("incidents/review/agenda/", review.review_agenda, name="review-agenda"),
    path("incidents/review/agenda.md", review.review_file, name="review-file"),
]
