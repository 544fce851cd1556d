"""These run by themselves, without Django and without what the other tests stand on."""

from __future__ import annotations

from tests import examples

examples.choose()
