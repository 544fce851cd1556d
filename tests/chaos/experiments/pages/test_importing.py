"""Importing on the page: each file by itself, with the reasons of what is refused."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chaos.experiments.models import Experiment, Target
from tests.cast import Cast
from tests.chaos.experiments.documents import PLAIN

As = Callable[[str], Client]
PATH = "/chaos/experiments/import/"


def test_good_files_are_taken_and_bad_ones_refused_with_their_reason(as_: As, orders_process: Target) -> None:
    good = SimpleUploadedFile("slow.yaml", PLAIN.encode())
    bad = SimpleUploadedFile("bad.json", b'{"title": "x", "method": [}')
    answer = as_("editor").post(PATH, {"team": "payments", "uploads": [good, bad], "act": "import"})
    page = answer.content.decode()
    assert "1 of 2 taken" in page
    assert "bad.json" in page
    assert "Line 1" in page
    assert Experiment.objects.count() == 1


def test_checking_saves_nothing(as_: As, orders_process: Target) -> None:
    page = as_("editor").post(PATH, {"team": "payments", "text": PLAIN, "act": "check"}).content.decode()
    assert "1 of 1 valid; nothing was saved" in page
    assert not Experiment.objects.exists()


def test_an_empty_form_says_what_it_wants(as_: As, cast: Cast) -> None:
    answer = as_("editor").post(PATH, {"team": "payments"})
    assert answer.status_code == 422
    assert "name a file, paste an experiment, or write an address" in answer.content.decode()


def test_the_team_of_others_is_no_choice(as_: As, cast: Cast) -> None:
    answer = as_("editor").post(PATH, {"team": "search", "text": PLAIN})
    assert answer.status_code == 422
    assert not Experiment.objects.exists()
