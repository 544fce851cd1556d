"""Kept answers of status pages: what is in the file, and where pages lie."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import replace

import brotli
import pytest

from incidents.status_page.domain.addresses import Asked, asked_of, root_of
from incidents.status_page.domain.copies import (
    BODY_BYTES_MAX,
    CopyError,
    from_bytes,
    made,
    private,
    renewed,
    to_bytes,
)

PAGE = b"<!doctype html><title>Shop</title><p>All systems operational</p>" * 20


def test_a_copy_comes_back_as_it_was_with_its_compressed_forms() -> None:
    copy = made(body=PAGE, content_type="text/html; charset=utf-8", at=1000.5, max_age=30, renewed_every=60)
    assert from_bytes(to_bytes(copy)) == copy
    assert gzip.decompress(copy.gzipped) == brotli.decompress(copy.brotlied) == PAGE
    hidden = private(copy, key_hashes=["b" * 64, "a" * 64])
    assert from_bytes(to_bytes(hidden)) == hidden
    assert (hidden.gzipped, hidden.brotlied, hidden.is_public) == (b"", b"", False)


def test_a_key_opens_a_copy_by_its_hash_alone() -> None:
    copy = made(body=b"x", content_type="text/plain", at=1, max_age=1, renewed_every=1)
    hidden = private(copy, key_hashes=[hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()])
    assert hidden.opens_with("two")
    assert not hidden.opens_with("three")
    assert not hidden.opens_with("")
    assert not copy.opens_with("one")


def test_a_body_beyond_the_bound_is_not_kept() -> None:
    with pytest.raises(CopyError, match=str(BODY_BYTES_MAX)):
        made(body=b"x" * (BODY_BYTES_MAX + 1), content_type="text/plain", at=1, max_age=1, renewed_every=1)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{}\n", id="no head"),
        pytest.param(b"[1]\nx", id="another head"),
        pytest.param(
            to_bytes(made(body=PAGE, content_type="text/html", at=1, max_age=1, renewed_every=1))[:-1], id="cut"
        ),
    ],
)
def test_a_file_that_is_damaged_is_told_apart(content: bytes) -> None:
    with pytest.raises(CopyError):
        from_bytes(content)


def test_an_unchanged_body_keeps_the_time_at_which_it_became_so() -> None:
    first = made(body=PAGE, content_type="text/html", at=1000, max_age=30, renewed_every=60)
    again = made(body=PAGE, content_type="text/html", at=1060, max_age=30, renewed_every=60)
    other = made(body=PAGE + b"!", content_type="text/html", at=1120, max_age=30, renewed_every=60)
    assert (renewed(again, former=first).modified_at, renewed(again, former=first).rendered_at) == (1000, 1060)
    assert renewed(other, former=first).modified_at == 1120
    assert renewed(again, former=None).modified_at == 1060
    assert renewed(again, former=replace(first, modified_at=5000)).modified_at == 1060  # the clock was set back


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/status/shop/", Asked("shop", "", "")),
        ("/status/shop/api/v2/summary.json", Asked("shop", "", "api/v2/summary.json")),
        ("/status/shop/key/abcdefghijklmnop/history.atom", Asked("shop", "abcdefghijklmnop", "history.atom")),
        ("/status/shop/key/abcdefghijklmnop/", Asked("shop", "abcdefghijklmnop", "")),
        ("/status/shop", None),
        ("/status/", None),
        ("/status/SHOP/", None),
        ("/status/../etc/", None),
        ("/status/shop/key/short/", None),
        ("/status/shop/key/abcdefghijklmnop", None),
        ("/status/shop/" + "x" * 201, None),
        ("/incidents/", None),
    ],
)
def test_an_address_says_page_key_and_kind(path: str, asked: Asked | None) -> None:
    assert asked_of(path) == asked


def test_a_root_names_domain_or_slug_and_the_key() -> None:
    ours = "https://ours.example.org"
    assert root_of(public_url=ours, slug="shop", domain="") == "https://ours.example.org/status/shop"
    assert root_of(public_url=ours, slug="shop", domain="s.example.com") == "https://s.example.com"
    assert root_of(public_url=ours, slug="shop", domain="", key="k") == "https://ours.example.org/status/shop/key/k"
