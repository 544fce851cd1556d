"""One name for one repository, however its address is written. Pure."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"^(?:[a-z+]+://(?:[^/@]+@)?[^/]+/|[^/@:]+@[^/:]+:)(.+)$")


def repository_of(text: str) -> str:
    """`https://github.com/shop/checkout.git` and `git@github.com:shop/checkout` are both `shop/checkout`."""
    match = _ADDRESS.match(text.strip())
    name = match.group(1) if match else text.strip()
    return name.strip("/").removesuffix(".git")[:255]


def repository_of_service(name: str) -> str:
    """Whose commits a deployment ships when nobody named a repository."""
    return f"service:{name}"
