"""Workers write links to pages and answer no requests, so the API's schemas stay out of their memory."""

from __future__ import annotations

import subprocess
import sys

from django.urls import URLPattern, URLResolver, get_resolver

_REVERSE = """
import sys, django
django.setup()
from django.conf import settings
settings.ROOT_URLCONF = "reliability.pages"
from django.urls import reverse
print(reverse("incident-detail", args=(1,)), "reliability.api" in sys.modules)
"""


def names(resolver: URLResolver) -> set[str]:
    found: set[str] = set()
    for one in resolver.url_patterns:
        if isinstance(one, URLPattern):
            found |= {one.name} if one.name else set()
        elif not one.namespace:
            found |= names(one)
    return found


def test_every_page_has_the_same_address_for_workers() -> None:
    pages, everything = get_resolver("reliability.pages"), get_resolver("reliability.urls")
    assert names(pages) == names(everything)
    assert len(names(pages)) > 100


def test_a_link_to_a_page_does_not_load_the_api() -> None:
    result = subprocess.run([sys.executable, "-c", _REVERSE], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["/incidents/1/", "False"]
