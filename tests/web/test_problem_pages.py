"""Errors as pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path

from reliability.urls import urlpatterns as real_urlpatterns
from reliability.web import errors
from reliability.web.problems import server_error

REFERENCE = "name it when you ask for help"


def _raiser(error: Exception) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    view.login_required = False  # type: ignore[attr-defined]  # Django's marker
    return view


def _form(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.POST.get("a", ""))


_form.login_required = False  # type: ignore[attr-defined]  # Django's marker

_ERRORS: dict[str, Exception] = {
    "invalid": errors.Invalid(
        details=[{"field": "from", "message": "too early"}, {"field": "to", "message": "too <late>"}]
    ),
    "forbidden": errors.Forbidden("only an editor of Payments may do this"),
    "missing": errors.NotFound(),
    "conflict": errors.Conflict(),
    "large": errors.TooLarge(),
    "unavailable": errors.Unavailable("source prod does not answer"),
    "denied": PermissionDenied("no"),
    "suspicious": SuspiciousOperation("odd"),
    "body": RequestDataTooBig("too big"),
    "broken": RuntimeError("the secret inside"),
}
urlpatterns = [*real_urlpatterns, *(path(f"raise/{name}", _raiser(error)) for name, error in _ERRORS.items())]
urlpatterns.append(path("raise/form", _form))

handler400 = "reliability.web.problems.bad_request"
handler403 = "reliability.web.problems.permission_denied"
handler404 = "reliability.web.problems.page_not_found"
handler500 = "reliability.web.problems.server_error"


@pytest.fixture
def client(db: None) -> Client:
    return Client(raise_request_exception=False)


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("name", "status", "words"),
    [
        ("invalid", 422, "<strong>to</strong>: too &lt;late&gt;"),
        ("forbidden", 403, "Only an editor of Payments may do this"),
        ("missing", 404, "There is no such object, or it is not yours to see"),
        ("conflict", 409, "Somebody else was faster"),
        ("large", 413, "That is too large"),
        ("unavailable", 503, "Source prod does not answer"),
        ("denied", 403, "You may not do this"),
        ("suspicious", 400, "The request could not be read"),
        ("body", 413, "That is too large"),
        ("broken", 500, "Something went wrong on our side"),
        ("nowhere", 404, "There is nothing here"),
    ],
)
def test_each_error_says_what_happened_and_carries_a_reference(
    client: Client, name: str, status: int, words: str
) -> None:
    response = client.get(f"/raise/{name}")
    page = response.content.decode()
    assert response.status_code == status
    assert words in page
    assert REFERENCE in page
    assert "the secret inside" not in page
    assert page.count("<h1>") - page.count("<h1></h1>") == 1


@pytest.mark.urls(__name__)
def test_what_is_unavailable_names_when_to_try_again(client: Client) -> None:
    assert client.get("/raise/unavailable")["Retry-After"] == "5"


@pytest.mark.urls(__name__)
def test_a_part_gets_one_sentence_in_its_place(client: Client) -> None:
    page = client.get("/raise/unavailable", headers={"HX-Request": "true"}).content.decode()
    assert "source prod does not answer" in page
    assert "<html" not in page


@pytest.mark.urls(__name__)
@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
def test_a_form_beyond_the_bound_is_413_where_the_proof_of_origin_is_read_first(db: None) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = "a" * 32
    response = client.post("/raise/form", {"a": "x" * 1000}, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 413
    assert "That is too large" in response.content.decode()


@pytest.mark.urls(__name__)
def test_a_form_without_proof_of_origin_is_refused_in_words(db: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/raise/form", {"a": "1"})
    assert response.status_code == 403
    assert "This form was not accepted" in response.content.decode()


def test_the_page_of_a_fault_needs_no_database() -> None:
    request = RequestFactory().get("/")
    assert server_error(request).status_code == 500


def test_details_of_a_refusal_make_its_message() -> None:
    problem = errors.Invalid(details=[{"field": "objective", "message": "must be below 1"}])
    assert (problem.status, problem.reason, problem.message) == (422, "invalid", "must be below 1")
    assert problem.details == [{"field": "objective", "message": "must be below 1"}]
