"""How something calls a monitor, to copy."""

from __future__ import annotations

from django.conf import settings

from incidents.intake.sources.kind import Recipe


def recipes(*, secret: str) -> list[Recipe]:
    url = f"{settings.PUBLIC_URL}/ping/{secret}"
    curl = "curl -fsS -m 10 --retry 5 -o /dev/null"
    return [
        Recipe("Address", url),
        Recipe("A line of a crontab", f"5 3 * * * /usr/local/bin/backup && {curl} {url}"),
        Recipe(
            "A script that also tells of its start, its end and what it wrote",
            f"{curl} {url}/start\noutput=$(/usr/local/bin/backup 2>&1); code=$?\n"
            f'{curl} --data-raw "$output" {url}/$code',
        ),
        Recipe("Tell of a failure", f"{curl} {url}/fail"),
    ]
