"""Settings: typed, from the environment only, loud when wrong. docs/configuration.md lists them."""
# Long because every setting of the product stands here and nowhere else.

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from reliability import logs
from reliability.kit.counting import count_max
from reliability.supervision.places import broker_socket, data_dir, demo_host

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
DATA_DIR = data_dir(is_demo=DEMO)
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# Where each process counts, and /metrics adds up. prometheus_client reads the variable when it is imported.
METRICS_DIR = DATA_DIR / "metrics"
METRICS_DIR.mkdir(exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)


def _secret(name: str) -> str:
    """The value of a secret, or one kept in the data directory when the environment names none."""
    value: str = env.str(name, default="")
    if value:
        return value
    path = DATA_DIR / name.lower()
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    temporary = path.with_suffix(f".{secrets.token_hex(4)}")
    temporary.touch(mode=0o600)
    temporary.write_text(secrets.token_urlsafe(48))
    try:
        path.hardlink_to(temporary)  # the first of several processes wins, the others read its secret
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_text().strip()


SECRET_KEY = _secret("SECRET_KEY")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# Keys that encrypt credentials at rest; the first encrypts, all decrypt. Any text: it is stretched.
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS", default=[]) or [_secret("ENCRYPTION_KEY")]

PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", urlsplit(PUBLIC_URL).hostname or "localhost"]
)
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[PUBLIC_URL])
_is_https = PUBLIC_URL.startswith("https://")

INSTALLED_APPS = [
    "reliability.apps.ReliabilityConfig",
    "reliability.web",
    "reliability.access",
    "reliability.catalog",
    "reliability.outbox",
    "reliability.channels",
    "reliability.readiness",
    "reliability.duties",
    "reliability.telemetry",
    "reliability.delivery",
    "slo",
    "reliability.overlay",
    "reliability.gate",
    "reliability.suspects",
    "reliability.measures",
    "chaos.experiments",
    "chaos.runs",
    "chaos.schedules",
    "chaos.backlog",
    "chaos.gamedays",
    "incidents.oncall",
    "incidents.paging",
    "incidents.response",
    "incidents.intake",
    "incidents.actions",
    "incidents.postmortems",
    "incidents.status_page",
    "incidents.stakeholders",
    "incidents.learning",
    "reliability.reports",
    "reliability.supervision",
    "reliability.access.django_auth.AccountsConfig",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_structlog",
    "axes",
    "csp",
]
if DEMO:
    INSTALLED_APPS.append("reliability.demo")

MIDDLEWARE = [
    "reliability.supervision.middleware.ProbeMiddleware",
    "incidents.status_page.middleware.StatusPageMiddleware",
    "incidents.intake.middleware.IntakeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "reliability.web.static_files.StaticFilesMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reliability.web.zones.PageZoneMiddleware",
    "reliability.access.middleware.CallerMiddleware",
    "reliability.access.middleware.LoginRequiredMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "reliability.web.problems.ProblemMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "reliability.urls"
ASGI_APPLICATION = "reliability.asgi.application"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "reliability.web.shell.shell",
            ],
        },
    }
]

# How much one process does at once: requests of a web process (others wait), pieces of due work of a worker.

REQUESTS_MAX = env.int("REQUESTS_MAX", default=24)
WORKER_CONCURRENCY = env.int("WORKER_CONCURRENCY", default=4)
if REQUESTS_MAX < 1 or WORKER_CONCURRENCY < 1:
    raise ImproperlyConfigured("REQUESTS_MAX and WORKER_CONCURRENCY must be at least 1")

# Database: SQLite until DATABASE_URL names PostgreSQL. Each piece of work holds one connection of its process's pool,
# and so do a few answers that are still being sent.

_sqlite_options: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",  # a deferred transaction fails at its first write instead of waiting
    "timeout": 20,
    # synchronous=FULL: what was answered with 2xx survives a power cut, too.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;",
}
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'reliability.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {"ENGINE": "reliability.database.sqlite3", "OPTIONS": _sqlite_options}  # writers take turns
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=max(REQUESTS_MAX, WORKER_CONCURRENCY) + 4),
        "timeout": 10,
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must start with sqlite:// or postgres://")

# Broker: the embedded server's socket in DATA_DIR until REDIS_URL names another.

REDIS_URL = env.str("REDIS_URL", default="") or f"redis+socket://{broker_socket(DATA_DIR)}"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20_000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 300_000  # KiB; a child above it ends after its task and a fresh one takes over
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Rows re-send what a lost worker held within seconds; the broker's own redelivery is the second net.
    "visibility_timeout": 600,
    "unacked_restore_interval": 1,
    "unacked_restore_throttle": 1,
    "socket_timeout": 10,
    "socket_connect_timeout": 3,
}
# The tick and urgent work have their own queues: workers take from queues in turn, so a full one delays neither.
CELERY_TASK_DEFAULT_QUEUE = "work"
CELERY_TASK_QUEUES: dict[str, dict[str, Any]] = {"tick": {}, "urgent": {}, "work": {}}
CELERY_TASK_ROUTES = {"outbox.tick": {"queue": "tick"}}
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # in memory: the one entry needs no file to remember it
# Ticks do not pile up behind a stopped worker. Much above the clocks' difference between machines: a message
# that has expired on arrival would never be done.
CELERY_BEAT_SCHEDULE = {"tick": {"task": "outbox.tick", "schedule": 2.0, "options": {"expires": 30.0}}}
CELERY_BEAT_MAX_LOOP_INTERVAL = 2
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True

# People.

AUTH_USER_MODEL = "access.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the wait that the page names stays true
AXES_USERNAME_FORM_FIELD = "username"
AXES_USERNAME_CALLABLE = "reliability.access.lockout.username_of"
AXES_CLIENT_IP_CALLABLE = "reliability.access.lockout.address_of"
AXES_LOCKOUT_CALLABLE = "reliability.access.lockout.response"
AXES_DISABLE_ACCESS_LOG = True  # the audit trail tells who signed in
AXES_VERBOSE = False

# Transport.

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _is_https
SESSION_ENGINE = "reliability.access.sessions"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 31_536_000 if _is_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # other subdomains, and
    "security.W021",  # browsers' preload lists, are the domain owner's to decide
    "security.W008",  # TLS and its redirect are the proxy's
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "reliability.web.problems.csrf_failure"
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
BODY_BYTES_MAX = env.int("BODY_BYTES_MAX", default=10 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = BODY_BYTES_MAX
BODY_IDLE_SECONDS_MAX = env.float("BODY_IDLE_SECONDS_MAX", default=10.0)  # without a byte of a begun body
BODY_SECONDS_MAX = env.float("BODY_SECONDS_MAX", default=120.0)  # for a whole body
HEADER_SECONDS_MAX = env.float("HEADER_SECONDS_MAX", default=10.0)  # from the connection to the end of the headers
# Hosts that outgoing requests may reach although they are not public, e.g. prometheus.internal, 10.0.0.0/8.
OUTBOUND_ALLOWED_HOSTS = env.list("OUTBOUND_ALLOWED_HOSTS", default=[])
if DEMO:  # the service that experiments of the demo put faults in front of
    OUTBOUND_ALLOWED_HOSTS = [*OUTBOUND_ALLOWED_HOSTS, demo_host()]
OUTBOUND_BODY_BYTES_MAX = env.int("OUTBOUND_BODY_BYTES_MAX", default=1024 * 1024)

# Mail out: a server, or without one a mailbox on this machine to look at what would be sent.

EMAIL_HOST = env.str("EMAIL_HOST", default="")
EMAIL_TLS = env.str("EMAIL_TLS", default="starttls")
_mail_ports = {"starttls": 587, "tls": 465, "none": 25}
if EMAIL_TLS not in _mail_ports:
    raise ImproperlyConfigured(f"EMAIL_TLS must be starttls, tls or none, got {EMAIL_TLS!r}")
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "tls"
EMAIL_PORT = env.int("EMAIL_PORT", default=_mail_ports[EMAIL_TLS])
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", default="")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", default="")
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", default=f"Reliability <reliability@{urlsplit(PUBLIC_URL).hostname}>")
EMAIL_MAILBOX = env.str("EMAIL_MAILBOX", default=str(DATA_DIR / "sent-mail") if DEMO else "")
# Short messages: an address as appriseit.com/services describes it, with {number} where the phone's stands.
SMS_GATEWAY_URL = env.str("SMS_GATEWAY_URL", default="")
if SMS_GATEWAY_URL and "{number}" not in SMS_GATEWAY_URL:
    raise ImproperlyConfigured("SMS_GATEWAY_URL must hold {number}, where the number of the phone is put")

# Logs and own metrics.

LOG_FORMAT = env.str("LOG_FORMAT", default="console")
if LOG_FORMAT not in ("console", "json"):
    raise ImproperlyConfigured(f"LOG_FORMAT must be console or json, got {LOG_FORMAT!r}")
LOGGING = logs.configure(
    log_format=LOG_FORMAT, level=env.str("LOG_LEVEL", default="WARNING" if DEMO else "INFO").upper()
)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_TRUST_UPSTREAM_REQUEST_ID = True  # ours, from the ASGI middleware, which drops what clients send
# Who holds it may read /metrics from anywhere; without it only this machine may.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")

# Static files.

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# Source maps are for people with developer tools; compressing them doubled the time of the first start.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("jpg", "jpeg", "png", "gif", "webp", "zip", "gz", "br", "woff", "woff2", "map")
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "reliability.web.finders.PlotlyFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "reliability.web.static_storage.StaticStorage"
    },
}

# Time and words.

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Bounds of everything that grows (house rule: a bound in settings and a test at the bound).

COUNTS_ROWS_MAX = env.int("COUNTS_ROWS_MAX", default=100_000)
SERIES_RETENTION_DAYS = env.int("SERIES_RETENTION_DAYS", default=400)
if not 1 <= SERIES_RETENTION_DAYS <= 36_500:
    raise ImproperlyConfigured(f"SERIES_RETENTION_DAYS must be 1 to 36500, got {SERIES_RETENTION_DAYS}")
COUNT_MAX = count_max(retention_days=SERIES_RETENTION_DAYS)  # events of one minute: keeping longer lowers it
AGREEMENTS_PER_TEAM_MAX = env.int("AGREEMENTS_PER_TEAM_MAX", default=500)
AGREEMENT_VERSIONS_MAX = env.int("AGREEMENT_VERSIONS_MAX", default=200)
# Objects that one application of OpenSLO documents may write: SQLite lets nobody else write meanwhile.
OPENSLO_CHANGES_MAX = env.int("OPENSLO_CHANGES_MAX", default=2_000)
# The slots of all workers together: kinds of due work that wait for others leave one free. Due rows that may wait in
# the broker at once, and rows of bulk work (backfills) in hand at once.
WORKER_SLOTS = env.int("WORKER_SLOTS", default=WORKER_CONCURRENCY)
OUTBOX_WAITING_MAX = env.int("OUTBOX_WAITING_MAX", default=64)
OUTBOX_BATCH_MAX = env.int("OUTBOX_BATCH_MAX", default=1)
# Whether a commit that makes something due wakes a worker; without it the next tick does, within two seconds.
OUTBOX_NUDGE = env.bool("OUTBOX_NUDGE", default=True)
FACT_RETENTION_DAYS = env.int("FACT_RETENTION_DAYS", default=400)
AUDIT_RETENTION_DAYS = env.int("AUDIT_RETENTION_DAYS", default=400)  # 0: for ever
if AUDIT_RETENTION_DAYS < 0:
    raise ImproperlyConfigured(f"AUDIT_RETENTION_DAYS must be 0 (for ever) or more, got {AUDIT_RETENTION_DAYS}")
# Queries of telemetry sources: bytes of one answer after decompression, and points of one series in it.
SOURCE_BODY_BYTES_MAX = env.int("SOURCE_BODY_BYTES_MAX", default=64 * 1024 * 1024)
SOURCE_POINTS_MAX = env.int("SOURCE_POINTS_MAX", default=11_000)
# Escalation policies: steps, targets of a step, further passes, minutes of a step and until an acknowledgement lapses.
POLICY_STEPS_MAX = env.int("POLICY_STEPS_MAX", default=10)
POLICY_TARGETS_MAX = env.int("POLICY_TARGETS_MAX", default=20)
POLICY_REPEAT_MAX = env.int("POLICY_REPEAT_MAX", default=9)
POLICY_DELAY_MINUTES_MAX = env.int("POLICY_DELAY_MINUTES_MAX", default=24 * 60)
POLICY_ACK_TIMEOUT_MINUTES_MAX = env.int("POLICY_ACK_TIMEOUT_MINUTES_MAX", default=7 * 24 * 60)
# How people are told: rules of one person, and minutes of one rule.
NOTIFICATION_RULES_MAX = env.int("NOTIFICATION_RULES_MAX", default=40)
NOTIFICATION_DELAY_MINUTES_MAX = env.int("NOTIFICATION_DELAY_MINUTES_MAX", default=120)
# Paging: how long an acknowledge link in a message holds.
ACK_LINK_HOURS = env.int("ACK_LINK_HOURS", default=72)
# On call: layers of a schedule, people in a layer, restrictions of one, versions kept of a schedule, overrides of a
# schedule that lie ahead, days that one question may span, calendar feeds of one person; how many days ahead gaps and
# people without a way to reach them are looked for, and how far a calendar feed reaches back and ahead.
ONCALL_LAYERS_MAX = env.int("ONCALL_LAYERS_MAX", default=20)
ONCALL_PARTICIPANTS_MAX = env.int("ONCALL_PARTICIPANTS_MAX", default=100)
ONCALL_RESTRICTIONS_MAX = env.int("ONCALL_RESTRICTIONS_MAX", default=50)
ONCALL_VERSIONS_MAX = env.int("ONCALL_VERSIONS_MAX", default=500)
ONCALL_OVERRIDES_MAX = env.int("ONCALL_OVERRIDES_MAX", default=500)
ONCALL_PERIOD_DAYS_MAX = env.int("ONCALL_PERIOD_DAYS_MAX", default=750)
ONCALL_FEEDS_MAX = env.int("ONCALL_FEEDS_MAX", default=20)
ONCALL_WARN_DAYS = env.int("ONCALL_WARN_DAYS", default=14)
ONCALL_FEED_DAYS_BACK = env.int("ONCALL_FEED_DAYS_BACK", default=30)
ONCALL_FEED_DAYS_AHEAD = env.int("ONCALL_FEED_DAYS_AHEAD", default=180)
# Files of one `manage.py apply`: documents in all of them together.
APPLY_DOCUMENTS_MAX = env.int("APPLY_DOCUMENTS_MAX", default=1_000)
# Incidents: entries of a timeline that people and that machines may write, letters of one, entries of one import,
# bytes of a chart attached, bytes of an alert's payload kept, services and objectives that one incident may name.
TIMELINE_ENTRIES_MAX = env.int("TIMELINE_ENTRIES_MAX", default=5_000)
TIMELINE_TEXT_MAX = env.int("TIMELINE_TEXT_MAX", default=10_000)
TIMELINE_IMPORT_MAX = env.int("TIMELINE_IMPORT_MAX", default=500)
ATTACHMENT_BYTES_MAX = env.int("ATTACHMENT_BYTES_MAX", default=1024 * 1024)
ALERT_RETENTION_DAYS = env.int("ALERT_RETENTION_DAYS", default=400)
ALERT_PAYLOAD_BYTES_MAX = env.int("ALERT_PAYLOAD_BYTES_MAX", default=64 * 1024)
INCIDENT_IMPACTS_MAX = env.int("INCIDENT_IMPACTS_MAX", default=100)
# An alert that fires again this soon after its incident was resolved reopens it; 0: it opens a new incident.
INCIDENT_REOPEN_MINUTES = env.int("INCIDENT_REOPEN_MINUTES", default=0)
# A burn alert that fires on this long after a person resolved its incident reopens it; 0: never.
INCIDENT_REALERT_MINUTES = env.int("INCIDENT_REALERT_MINUTES", default=60)
# Alerts from outside: bytes of one request, alerts in it, alerts a minute of one integration, seconds that a request
# may have waited for its turn (then its sender is asked to come again); wrong keys a minute from one address.
INTAKE_BODY_BYTES_MAX = env.int("INTAKE_BODY_BYTES_MAX", default=2 * 1024 * 1024)
INTAKE_ALERTS_MAX = env.int("INTAKE_ALERTS_MAX", default=1_000)
INTAKE_ALERTS_PER_MINUTE_MAX = env.int("INTAKE_ALERTS_PER_MINUTE_MAX", default=30_000)
INTAKE_WAIT_SECONDS_MAX = env.float("INTAKE_WAIT_SECONDS_MAX", default=8.0)
INTAKE_WRONG_KEYS_PER_MINUTE_MAX = env.int("INTAKE_WRONG_KEYS_PER_MINUTE_MAX", default=60)
# What is kept of it: rejects of one integration and the beginning of their bodies, calls of one monitor; mails: their
# size, how many are read at once from one mailbox.
INTAKE_REJECTS_MAX = env.int("INTAKE_REJECTS_MAX", default=100)
INTAKE_REJECT_BYTES_MAX = env.int("INTAKE_REJECT_BYTES_MAX", default=16 * 1024)
MONITOR_CALLS_MAX = env.int("MONITOR_CALLS_MAX", default=100)
# Deployments from outside: rows or events of one request, and how long payloads are kept to be read again.
DELIVERY_ROWS_MAX = env.int("DELIVERY_ROWS_MAX", default=10_000)
DELIVERY_RAW_DAYS = env.int("DELIVERY_RAW_DAYS", default=90)
# Error-budget policies and freeze windows of a team; answers of the gate, by age and for each service.
GATE_POLICIES_PER_TEAM_MAX = env.int("GATE_POLICIES_PER_TEAM_MAX", default=50)
GATE_FREEZES_PER_TEAM_MAX = env.int("GATE_FREEZES_PER_TEAM_MAX", default=200)
GATE_DECISION_DAYS = env.int("GATE_DECISION_DAYS", default=180)
GATE_DECISIONS_PER_SERVICE_MAX = env.int("GATE_DECISIONS_PER_SERVICE_MAX", default=5_000)
# How long rules of policies that were in force, and overrides, stay after their end; 0: for ever.
GATE_HISTORY_DAYS = env.int("GATE_HISTORY_DAYS", default=1_100)
# Copies of reports as they were sent; 0: for ever.
REPORT_RETENTION_DAYS = env.int("REPORT_RETENTION_DAYS", default=1_100)
for _name in ("GATE_HISTORY_DAYS", "REPORT_RETENTION_DAYS"):
    if globals()[_name] < 0:
        raise ImproperlyConfigured(f"{_name} must be 0 (for ever) or more, got {globals()[_name]}")
# Suspects: how far back an objective is searched for burns that came in late; how long cases stay.
SUSPECTS_LOOK_BACK_DAYS = env.int("SUSPECTS_LOOK_BACK_DAYS", default=31)
SUSPECTS_RETENTION_DAYS = env.int("SUSPECTS_RETENTION_DAYS", default=400)
if not 1 <= SUSPECTS_LOOK_BACK_DAYS <= SUSPECTS_RETENTION_DAYS:
    raise ImproperlyConfigured("SUSPECTS_LOOK_BACK_DAYS must be 1 to SUSPECTS_RETENTION_DAYS")
# Figures that others tell: rows of one request, figures that one page reads, ratios that a team defines.
MEASURE_ROWS_MAX = env.int("MEASURE_ROWS_MAX", default=10_000)
MEASURE_FIGURES_READ_MAX = env.int("MEASURE_FIGURES_READ_MAX", default=200_000)
RATIOS_PER_TEAM_MAX = env.int("RATIOS_PER_TEAM_MAX", default=50)
MAIL_BYTES_MAX = env.int("MAIL_BYTES_MAX", default=1024 * 1024)
MAILS_AT_ONCE_MAX = env.int("MAILS_AT_ONCE_MAX", default=50)
# Folders of mail that integrations may read stand in here, below a folder for each team.
MAILDIR_ROOT = Path(env.str("MAILDIR_ROOT", default="") or DATA_DIR / "mail")
# Messages to one place of a person, and to one chat channel, within the window; the last of them stands for the rest.
PAGES_WINDOW_MINUTES = env.int("PAGES_WINDOW_MINUTES", default=5)
PAGES_PER_PERSON_MAX = env.int("PAGES_PER_PERSON_MAX", default=5)
PAGES_PER_CHANNEL_MAX = env.int("PAGES_PER_CHANNEL_MAX", default=30)
if PAGES_WINDOW_MINUTES < 1 or PAGES_PER_PERSON_MAX < 2 or PAGES_PER_CHANNEL_MAX < 2:
    raise ImproperlyConfigured("PAGES_WINDOW_MINUTES must be at least 1, the PAGES_PER_…_MAX at least 2")
# Channels of a team, contact methods of a person, signed requests a minute that one channel takes from outside.
CHANNELS_PER_TEAM_MAX = env.int("CHANNELS_PER_TEAM_MAX", default=200)
CONTACT_METHODS_MAX = env.int("CONTACT_METHODS_MAX", default=20)
INBOUND_PER_MINUTE_MAX = env.int("INBOUND_PER_MINUTE_MAX", default=600)
# How old an event of PagerDuty may be: it tries again for hours what did not reach us.
PAGERDUTY_WINDOW_HOURS = env.int("PAGERDUTY_WINDOW_HOURS", default=24)
# Open incidents that PagerDuty is asked about at once, for each channel with a token.
PAGERDUTY_ASKED_MAX = env.int("PAGERDUTY_ASKED_MAX", default=50)
NOTIFICATION_RETENTION_DAYS = env.int("NOTIFICATION_RETENTION_DAYS", default=400)
# Who hears when the platform itself does not do its work, past everything that may have failed; and the address that
# is called each minute while it does, so that somebody outside notices when it does not.
OPERATORS_EMAIL = env.list("OPERATORS_EMAIL", default=[])
OPERATORS_WEBHOOK_URL = env.str("OPERATORS_WEBHOOK_URL", default="")
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
for _name in ("OPERATORS_WEBHOOK_URL", "HEARTBEAT_URL"):
    if globals()[_name] and not globals()[_name].startswith(("https://", "http://")):
        raise ImproperlyConfigured(f"{_name} must start with https:// or http://")
# Experiments. What documents may name besides our own injectors and probes: Python modules (each with what lies below
# it), and programs (names found on PATH, or absolute paths). Both run with the rights of the agent: empty is safest.
CHAOS_MODULES = env.list("CHAOS_MODULES", default=[])
CHAOS_PROGRAMS = env.list("CHAOS_PROGRAMS", default=[])
# Bounds: experiments of a team that are not archived, versions and secrets of one, bytes of a document (it travels to
# the process of a run in one line of 1 MiB), files and addresses of one import, targets of a team.
EXPERIMENTS_PER_TEAM_MAX = env.int("EXPERIMENTS_PER_TEAM_MAX", default=500)
EXPERIMENT_VERSIONS_MAX = env.int("EXPERIMENT_VERSIONS_MAX", default=500)
EXPERIMENT_SECRETS_MAX = env.int("EXPERIMENT_SECRETS_MAX", default=50)
EXPERIMENT_BYTES_MAX = env.int("EXPERIMENT_BYTES_MAX", default=256 * 1024)
EXPERIMENT_IMPORT_MAX = env.int("EXPERIMENT_IMPORT_MAX", default=50)
TARGETS_PER_TEAM_MAX = env.int("TARGETS_PER_TEAM_MAX", default=500)
if EXPERIMENT_BYTES_MAX > 512 * 1024:
    raise ImproperlyConfigured("EXPERIMENT_BYTES_MAX must be at most 524288: a document travels in one line of 1 MiB")
# Runs. Seconds without a sign of life after which another agent takes a run over; seconds for which taking a fault back
# is tried at once (after that each minute, and an incident is open); seconds between looks of the guards at runs.
CHAOS_LEASE_SECONDS = env.float("CHAOS_LEASE_SECONDS", default=10.0)
CHAOS_UNDO_SECONDS = env.float("CHAOS_UNDO_SECONDS", default=60.0)
CHAOS_GUARD_SECONDS = env.float("CHAOS_GUARD_SECONDS", default=5.0)
if CHAOS_LEASE_SECONDS < 3 or CHAOS_UNDO_SECONDS < 5 or CHAOS_GUARD_SECONDS < 1:
    raise ImproperlyConfigured("CHAOS_LEASE_SECONDS must be at least 3, CHAOS_UNDO_SECONDS 5, CHAOS_GUARD_SECONDS 1")
# Runs at once of one agent, open runs of a team, objectives watched by a run, megabytes of the process of a run.
CHAOS_RUNS_MAX = env.int("CHAOS_RUNS_MAX", default=50)
CHAOS_OPEN_RUNS_MAX = env.int("CHAOS_OPEN_RUNS_MAX", default=200)
CHAOS_WATCHED_SLOS_MAX = env.int("CHAOS_WATCHED_SLOS_MAX", default=20)
CHAOS_RUN_MEGABYTES_MAX = env.int("CHAOS_RUN_MEGABYTES_MAX", default=512)
# Game days of a team that are not over; scenarios and own questions, invitees, observations and follow-ups of one.
GAME_DAYS_OPEN_MAX = env.int("GAME_DAYS_OPEN_MAX", default=100)
GAME_DAY_SCENARIOS_MAX = env.int("GAME_DAY_SCENARIOS_MAX", default=30)
GAME_DAY_INVITEES_MAX = env.int("GAME_DAY_INVITEES_MAX", default=200)
GAME_DAY_OBSERVATIONS_MAX = env.int("GAME_DAY_OBSERVATIONS_MAX", default=2_000)
GAME_DAY_FOLLOW_UPS_MAX = env.int("GAME_DAY_FOLLOW_UPS_MAX", default=200)
# The backlog: vulnerabilities and trials of a team, notes and experiments of one vulnerability; days after which the
# coverage map calls what was tried stale.
VULNERABILITIES_PER_TEAM_MAX = env.int("VULNERABILITIES_PER_TEAM_MAX", default=1_000)
VULNERABILITY_NOTES_MAX = env.int("VULNERABILITY_NOTES_MAX", default=500)
VULNERABILITY_EXPERIMENTS_MAX = env.int("VULNERABILITY_EXPERIMENTS_MAX", default=50)
TRIALS_PER_TEAM_MAX = env.int("TRIALS_PER_TEAM_MAX", default=200)
CHAOS_COVERAGE_DAYS = env.int("CHAOS_COVERAGE_DAYS", default=90)
if not 1 <= CHAOS_COVERAGE_DAYS <= 3650:
    raise ImproperlyConfigured("CHAOS_COVERAGE_DAYS must be from 1 to 3650")
# Action items of a team that are not closed, and notes of one.
ACTIONS_PER_TEAM_MAX = env.int("ACTIONS_PER_TEAM_MAX", default=2_000)
ACTION_NOTES_MAX = env.int("ACTION_NOTES_MAX", default=500)
# Stakeholders and their groups of a team, those of one message, messages about one incident.
STAKEHOLDERS_PER_TEAM_MAX = env.int("STAKEHOLDERS_PER_TEAM_MAX", default=500)
STAKEHOLDER_GROUPS_MAX = env.int("STAKEHOLDER_GROUPS_MAX", default=100)
STAKEHOLDER_MESSAGES_MAX = env.int("STAKEHOLDER_MESSAGES_MAX", default=200)
# Recurring duties of a team, and its toil entries of one day.
DUTIES_PER_TEAM_MAX = env.int("DUTIES_PER_TEAM_MAX", default=500)
TOIL_ENTRIES_PER_DAY_MAX = env.int("TOIL_ENTRIES_PER_DAY_MAX", default=200)
# Schedules of a team, windows of one, and firings of it that are kept.
SCHEDULES_PER_TEAM_MAX = env.int("SCHEDULES_PER_TEAM_MAX", default=200)
SCHEDULE_WINDOWS_MAX = env.int("SCHEDULE_WINDOWS_MAX", default=20)
SCHEDULE_FIRINGS_MAX = env.int("SCHEDULE_FIRINGS_MAX", default=1_000)
if SCHEDULE_FIRINGS_MAX < 250:
    raise ImproperlyConfigured("SCHEDULE_FIRINGS_MAX must be at least 250: after an outage 200 are written at once")
# Blackouts and calendars of a team that are subscribed to (the installation has as many), bytes of one calendar, times
# of its events that are kept, seconds for reading it, seconds for fetching it; calendar addresses of one person.
BLACKOUTS_PER_TEAM_MAX = env.int("BLACKOUTS_PER_TEAM_MAX", default=200)
BLACKOUT_FEEDS_PER_TEAM_MAX = env.int("BLACKOUT_FEEDS_PER_TEAM_MAX", default=20)
BLACKOUT_FEED_BYTES_MAX = env.int("BLACKOUT_FEED_BYTES_MAX", default=2 * 1024 * 1024)
BLACKOUT_FEED_ENTRIES_MAX = env.int("BLACKOUT_FEED_ENTRIES_MAX", default=2_000)
BLACKOUT_FEED_READ_SECONDS = env.float("BLACKOUT_FEED_READ_SECONDS", default=8.0)
BLACKOUT_FEED_FETCH_SECONDS = env.float("BLACKOUT_FEED_FETCH_SECONDS", default=20.0)
CALENDAR_ADDRESSES_MAX = env.int("CALENDAR_ADDRESSES_MAX", default=20)
# The name under which the agent of this machine takes runs: targets that only it can reach name it. Variables of its
# environment that the process of a run gets, too: it gets none of the platform's.
CHAOS_AGENT = env.str("CHAOS_AGENT", default="")
CHAOS_ENVIRONMENT = env.list("CHAOS_ENVIRONMENT", default=[])
# Status pages. Minutes without renewal after which a kept page says that it may be out of date; bytes of kept answers
# that each web process holds in memory; answers of one page that are kept.
STATUS_PAGE_LATE_MINUTES = env.float("STATUS_PAGE_LATE_MINUTES", default=5.0)
STATUS_PAGE_MEMORY_BYTES_MAX = env.int("STATUS_PAGE_MEMORY_BYTES_MAX", default=64 * 1024 * 1024)
STATUS_PAGE_COPIES_MAX = env.int("STATUS_PAGE_COPIES_MAX", default=200)
# Subscribers of one page; mails and other messages to subscribers a minute, of the whole installation; hours for which
# a link that confirms holds; times within an hour that one address may ask, and one network; updates in a row that
# may fail before a subscriber is switched off; days that deliveries are kept.
STATUS_SUBSCRIBERS_MAX = env.int("STATUS_SUBSCRIBERS_MAX", default=50_000)
STATUS_MESSAGES_PER_MINUTE_MAX = env.int("STATUS_MESSAGES_PER_MINUTE_MAX", default=600)
STATUS_MAIL_REPLY_TO = env.str("STATUS_MAIL_REPLY_TO", default="")  # blank: EMAIL_FROM
STATUS_CONFIRM_HOURS = env.int("STATUS_CONFIRM_HOURS", default=48)
STATUS_ASKED_PER_ADDRESS_MAX = env.int("STATUS_ASKED_PER_ADDRESS_MAX", default=3)
STATUS_ASKED_PER_NETWORK_MAX = env.int("STATUS_ASKED_PER_NETWORK_MAX", default=30)
STATUS_FAILURES_MAX = env.int("STATUS_FAILURES_MAX", default=5)
STATUS_DELIVERY_RETENTION_DAYS = env.int("STATUS_DELIVERY_RETENTION_DAYS", default=90)
for _name in (
    "STATUS_MESSAGES_PER_MINUTE_MAX",
    "STATUS_CONFIRM_HOURS",
    "STATUS_FAILURES_MAX",
    "STATUS_PAGE_COPIES_MAX",
):
    if globals()[_name] < 1:
        raise ImproperlyConfigured(f"{_name} must be at least 1")
