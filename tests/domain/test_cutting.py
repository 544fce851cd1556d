"""Long texts made short."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reliability.kit.cutting import cut

URL = "https://wiki.example/runbooks/checkout?version=12"


@pytest.mark.parametrize(
    ("text", "length_max", "expected"),
    [
        ("as it is", 8, "as it is"),
        ("  blanks around it ", 16, "blanks around it"),
        ("the pool ran dry", 12, "the pool…"),
        ("the pool ran dry", 13, "the pool ran…"),
        (f"see {URL} for more", 30, "see…"),
        (f"see ({URL}): more", 30, "see…"),
        (f"see {URL} for more of it", len(URL) + 9, f"see {URL} for…"),
        (f"see {URL} for more of it", len(URL) + 5, f"see {URL}…"),
        (URL, 20, "…"),
        ("x" * 100, 20, f"{'x' * 19}…"),
        (f"it was {'x' * 100}", 20, f"it was {'x' * 12}…"),
    ],
)
def test_it_ends_at_a_word_and_never_within_an_address(text: str, length_max: int, expected: str) -> None:
    assert cut(text, length_max=length_max) == expected


@given(
    words=st.lists(st.sampled_from(["a", "pool", "ran", "dry,", URL, f"({URL})", "y" * 50]), max_size=12),
    length_max=st.integers(min_value=1, max_value=120),
)
def test_it_is_never_longer_and_every_address_in_it_is_whole(words: list[str], length_max: int) -> None:
    text = " ".join(words)
    found = cut(text, length_max=length_max)
    assert len(found) <= length_max
    assert found == text or (found[-1] == "…" and text.startswith(found[:-1]))
    assert found.count("https:") == found.count(URL)
