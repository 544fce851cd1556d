"""Optimistic locking: the revision an edit was made from, in the body or as If-Match."""

from __future__ import annotations

from typing import Annotated, ClassVar

from django.http import HttpResponse
from ninja import Header

from reliability.web.errors import Conflict, Invalid

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        max_length=40,
        description='the ETag of what was read, such as "3"; 412 when somebody changed it since',
        examples=['"3"'],
    ),
]


class StaleError(Conflict):
    """If-Match names another revision than the stored one."""

    status: ClassVar[int] = 412
    reason = "precondition_failed"


def expected_revision(*, if_match: str | None, in_body: int | None, stored: int) -> int | None:
    """The revision that an edit expects, None when it takes any. Raises StaleError and Invalid."""
    if if_match is None or if_match.strip() == "*":
        return in_body
    text = if_match.strip().removeprefix("W/").strip('"')
    if not text.isascii() or not text.isdigit():
        raise Invalid(details=[{"field": "If-Match", "message": 'must be an ETag of this API, such as "3"'}])
    if int(text) != stored:
        raise StaleError(f"somebody changed this since you read revision {text}, it is {stored} now: read it again")
    return int(text)


def tag(response: HttpResponse, revision: int) -> None:
    """Put the revision into the answer's ETag."""
    response["ETag"] = f'"{revision}"'
