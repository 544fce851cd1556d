"""Keys of integrations: only their hash is kept, by which they are found again."""

from __future__ import annotations

from incidents.intake.models import IntegrationKey
from reliability.access.domain.secret import hash_of_secret
from reliability.access.services.rotating_keys import RotatingKeys

keys = RotatingKeys(
    model=IntegrationKey,
    noun="integration",
    bytes_count=16,  # 32 hexadecimal digits, as PagerDuty's keys have: some tools check the length
    kept=lambda text: {"secret_hash": hash_of_secret(text)},
)
