"""The product's settings in a test run: own data directory, no broker, cheap password hashes.

TEST_DATABASE_URL or DATABASE_URL names PostgreSQL; without them the suite runs on SQLite.
"""

import atexit
import os
import shutil
import tempfile

_directory = tempfile.mkdtemp(prefix="reliability-test-")
atexit.register(shutil.rmtree, _directory, ignore_errors=True)
os.environ["DATA_DIR"] = _directory
os.environ["DATABASE_URL"] = (
    os.environ.get("TEST_DATABASE_URL")
    or os.environ.get("DATABASE_URL")
    or f"sqlite:///{_directory}/reliability.sqlite3"
)
for _name in ("DEMO", "DEBUG", "PUBLIC_URL", "ALLOWED_HOSTS", "REDIS_URL", "METRICS_TOKEN", "BEHIND_PROXY"):
    os.environ.pop(_name, None)

from reliability.settings import *  # noqa: E402, F403  the environment above has to stand first

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
if DATABASES["default"]["ENGINE"] == "reliability.database.sqlite3":  # noqa: F405  imported above
    # A file: the in-memory database of several threads locks in ways that a real one does not.
    DATABASES["default"]["TEST"] = {"NAME": f"{_directory}/test.sqlite3"}  # noqa: F405  imported above
    DATABASES["default"]["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"  # noqa: F405  imported above
CELERY_BROKER_URL = "memory://"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir()  # noqa: F405  whitenoise warns about a directory that is not there
OUTBOX_NUDGE = False  # no worker is there to be woken
