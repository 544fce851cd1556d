"""What the API answers when it does not do what was asked. The words of the first part are Toxiproxy's."""

from __future__ import annotations


class ApiError(Exception):
    """status: of the HTTP answer."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


def bad_body(why: str) -> ApiError:
    return ApiError(f"bad request body: {why}")


def missing_field(name: str) -> ApiError:
    return ApiError(f"missing required field: {name}")
