"""Says which release prepared the database of DATABASE_URL: `python -m reliability.supervision.postgresql_mark`.

Without Django, in a tenth of its time.
"""

from __future__ import annotations

import os
import sys

import psycopg

from reliability.supervision.prepared import MARKED

_CONNECT_SECONDS = 5


def main() -> None:
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=_CONNECT_SECONDS) as connection:
            found = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [MARKED]).fetchone()
    except psycopg.Error as error:
        sys.exit(str(error))
    sys.stdout.write((found and found[0]) or "")


if __name__ == "__main__":
    main()
