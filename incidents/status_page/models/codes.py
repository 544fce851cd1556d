from __future__ import annotations

import secrets
import string

_ALPHABET = string.ascii_lowercase + string.digits


def new_code() -> str:
    """How the public knows an object: 12 random letters and digits, so that row numbers tell nothing to outsiders."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(12))
