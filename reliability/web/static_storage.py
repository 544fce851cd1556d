"""Hashed, compressed static files, at a quality that does not make the first start wait."""

from __future__ import annotations

from typing import Any

import brotli
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of plotly.js: 11 takes some twenty times as long as 9, for 1.11 instead of 1.23 MB.
BROTLI_QUALITY = 9


class QuickCompressor(Compressor):  # type: ignore[misc]  # whitenoise has no types
    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        compressed: bytes = brotli.compress(data, quality=BROTLI_QUALITY)
        return compressed


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the same
    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)
