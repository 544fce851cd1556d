#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.management import execute_from_command_line
from django.db import DatabaseError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reliability.settings")
    try:
        execute_from_command_line(sys.argv)
    except DatabaseError as error:
        from reliability.supervision.selectors.readiness import missing_migrations  # noqa: PLC0415  needs Django set up

        missing = missing_migrations()
        if missing:
            sys.exit(f"the database lacks {missing} migrations ({error}): ./run manage prepare")
        raise


if __name__ == "__main__":
    main()
