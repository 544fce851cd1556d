"""The demo never loads into a real installation."""

from __future__ import annotations

import pytest
from django.utils import timezone

from reliability.access.models import User
from reliability.demo.services.load import NotADemoError, load
from slo.models import Slo


@pytest.mark.django_db
def test_a_real_installation_is_left_alone() -> None:
    User.objects.create_user("someone@example.org", "a real password", name="Someone")
    with pytest.raises(NotADemoError, match="another directory"):
        load(now=timezone.now())
    assert not Slo.objects.exists()
