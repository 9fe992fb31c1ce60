"""The wiring. Every setting that differs between installations comes from the environment (`.env.example` lists them);
what is missing there stops the process, except in development (DEBUG=1)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import django
from csp.constants import NONCE, NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured

from config.env import database, env, gettext_noop
from config.social import SocialLogin

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
if not SECRET_KEY.strip():
    raise ImproperlyConfigured("SECRET_KEY is empty")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
FIELD_KEYS = env.list("FIELD_KEYS")
if not FIELD_KEYS:
    raise ImproperlyConfigured("FIELD_KEYS needs at least one Fernet key")

PUBLIC_URL = env.str("PUBLIC_URL", default="http://localhost:8000").rstrip("/")
SECURE = PUBLIC_URL.startswith("https://")
if not DEBUG and not SECURE and urlsplit(PUBLIC_URL).hostname not in ("localhost", "127.0.0.1"):
    raise ImproperlyConfigured("PUBLIC_URL must be https:// in production")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1"])
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "workspaces",
    "crm",
    "inbox",
    "channels_meta",
    "workspaces.operating.OperatorConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "channels",
    "django_htmx",
    "rest_framework",
]
SOCIAL_LOGIN = SocialLogin.of(env)
INSTALLED_APPS += SOCIAL_LOGIN.apps

MIDDLEWARE = [
    "workspaces.middleware.TimingMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.outage.OutageMiddleware",
    "workspaces.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workspaces.middleware.WorkspaceMiddleware",
    "workspaces.api.door.ApiMiddleware",
]

ROOT_URLCONF = "config.urls"
WORKSPACE_URLCONF = "config.urls_workspace"
START_PAGE = "inbox:desk"  # where a workspace opens
ALERTS_PAGE = "inbox:alerts"  # what is new to a member, for the sound and the notification
# The stops of the rail, from the top: the name of the page's room, its URL, icon and label; `counts`: has the badge;
# `goto`: the letter after G.
RAIL_STOPS = [
    {
        "name": "inbox",
        "page": "inbox:desk",
        "icon": "inbox",
        "label": gettext_noop("Inbox"),
        "counts": True,
        "goto": "i",
    },
    {
        "name": "settings",
        "page": "settings:home",
        "icon": "settings",
        "label": gettext_noop("Settings"),
        "goto": "s",
        "at_foot": True,
    },
]
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates", Path(django.__file__).parent / "contrib/admin/templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspaces.context.workspace",
                "workspaces.context.account",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "workspaces.templatetags.plaza"],
        },
    },
]

# --- the operator -----------------------------------------------------------------------------------------------

OPERATOR_PATH = env.str("OPERATOR_PATH", default="operator").strip("/") + "/"
OPERATOR_PAGES = ["workspaces.admin", "channels_meta.admin"]
OPERATOR_HEALTH = "config.metrics.read"

# --- data -------------------------------------------------------------------------------------------------------

DB_POOL = env.int("DB_POOL", default=8)
MIGRATING = len(sys.argv) > 1 and sys.argv[1] in {"migrate", "makemigrations", "sqlmigrate", "showmigrations"}
DATABASES = {
    "default": database("DATABASE_OWNER_URL" if MIGRATING else "DATABASE_URL", pool=0 if MIGRATING else DB_POOL)
}
APP_DATABASE_ROLE = database("DATABASE_URL", pool=0)["USER"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL")
CACHES = {
    "default": {
        "BACKEND": "workspaces.caching.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "plaza",
        "OPTIONS": {"socket_timeout": 0.5, "socket_connect_timeout": 0.5},
    }
}
CHANNEL_PREFIX = "live"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": CHANNEL_PREFIX},
    }
}

# --- people -----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=True)  # closed, only who was invited comes in
ACCOUNT_ADAPTER = "workspaces.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "workspaces.forms.NameForm"
ACCOUNT_SIGNUP_REDIRECT_URL = "/workspaces/new/"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "signup": "20/m/ip",
    "reset_password": "20/m/ip,5/h/key",
    "confirm_email": "1/60s/key",
}
MFA_ADAPTER = "workspaces.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "workspaces.passkeys.AddForm",
    "login_webauthn": "workspaces.passkeys.LoginForm",
    "authenticate_webauthn": "workspaces.passkeys.AuthenticateForm",
    "reauthenticate_webauthn": "workspaces.passkeys.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Plaza"
MFA_TOTP_TOLERANCE = 1  # a phone's clock may be half a minute off
SOCIALACCOUNT_ADAPTER = "workspaces.accounts.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = SOCIAL_LOGIN.providers
MESSAGE_TAGS = {messages.ERROR: "danger", messages.SUCCESS: "ok"}
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
WEB_THREADS = env.int("WEB_THREADS", default=8)
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="smtp://127.0.0.1:8002")
EMAIL_HOST, EMAIL_PORT = EMAIL_CONFIG["EMAIL_HOST"], EMAIL_CONFIG["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL_CONFIG["EMAIL_HOST_USER"], EMAIL_CONFIG["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = EMAIL_CONFIG.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = EMAIL_CONFIG.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Plaza <plaza@localhost>")

# --- words ------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("pt-br", "Português (Brasil)"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ------------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# --- safety -----------------------------------------------------------------------------------------------------

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "plaza-session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "plaza-csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = False
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_SSL_REDIRECT = False  # the proxy in front redirects; the health checks come over plain HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "media-src": [SELF, "blob:"],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF, *SOCIAL_LOGIN.doors],  # a browser checks the redirect after a form, too
        "frame-ancestors": [NONE],
    }
}

# --- the rooms' registries --------------------------------------------------------------------------------------

CHANNEL_ADAPTERS = ["channels_meta.whatsapp.adapter"]
EVENT_LISTENERS = {"message.received": ["crm.listeners.record_activity"]}
SETTINGS_PAGES = ["workspaces.pages.nav.PAGES"]
AUDIT_VERBS = ["workspaces.pages.words.VERBS", "crm.words.VERBS"]
RELEASES = {"member": ["inbox.actions.release.member_left"], "team": ["inbox.actions.release.team_removed"]}
CLOCK_TICK_SECONDS = env.float("CLOCK_TICK_SECONDS", default=1.0)
CLOCK_JOBS = {
    "channels_meta.tasks.drain_overdue": 1.0,
    "inbox.tasks.deliver_due": 1.0,
    "workspaces.events.drain_overdue": 1.0,
    "workspaces.presence.time_out": 5.0,
    "workspaces.tasks.send_due_invitations": 5.0,
    "inbox.tasks.forget_old_receipts": 3600.0,
    "channels_meta.tasks.forget_old_bodies": 3600.0,
    "workspaces.tasks.forget_old_replies": 3600.0,
}

DEMO_SEEDERS = ["workspaces.demo.seed", "inbox.demo.seed"]
DEMO_STORIES = ["inbox.demo"]  # modules with `add(workspace)` and `remove(workspace)`
DEMO_GUESTS = ["channels_meta.demo.introduce"]  # told of the shops whose story was added
DEMO_ACCOUNTS = [
    ("calzado-sur", "whatsapp", "110000000000009", "290000000000001", "Ventas Centro", "sandbox-token"),
]
DEMO_SHOP_ACCOUNTS = [
    *DEMO_ACCOUNTS,
    ("calzado-sur", "whatsapp", "110000000000011", "290000000000001", "Posventa", "sandbox-token"),
    ("sola-firme", "whatsapp", "110000000000021", "290000000000002", "Vendas", "sola-firme-token"),
    ("sola-firme", "whatsapp", "110000000000022", "290000000000002", "Pós-venda", "sola-firme-token"),
    ("harbor-shoes", "whatsapp", "110000000000031", "290000000000003", "Front Desk", "harbor-token"),
    ("harbor-shoes", "whatsapp", "110000000000032", "290000000000003", "Returns", "harbor-token"),
]
DEMO_FAILURES = [
    {"code": "131026", "title": "Message undeliverable", "detail": ""},
    {"code": "131049", "title": "Message not delivered to maintain healthy ecosystem engagement", "detail": ""},
]

# --- the API ----------------------------------------------------------------------------------------------------

API_URLCONF = "config.urls_api"
API_RATE = env.int("API_RATE", default=600)  # requests a minute, of one key
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None}
SPECTACULAR_SETTINGS = {
    "TITLE": "Plaza",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": True,
    "SORT_OPERATIONS": False,
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": ["workspaces.api.reference.with_problems"],
    "PATH_CONVERTER_OVERRIDES": {"int": {"type": "integer", "minimum": 1, "maximum": 2**63 - 1}},
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}

# --- background work --------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT = "config.broker:Transport"
CELERY_TASK_DEFAULT_QUEUE = "slow"
CELERY_TASK_ROUTES = {  # what somebody waits for
    "channels_meta.tasks.drain": {"queue": "fast"},
    "inbox.tasks.deliver": {"queue": "fast"},
    "workspaces.tasks.drain_events": {"queue": "fast"},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_MAX_TASKS_PER_CHILD = 20_000
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "socket_timeout": 5,
    "socket_connect_timeout": 0.5,
    "socket_keepalive": True,
    "global_keyprefix": "celery:",
}

# --- platforms --------------------------------------------------------------------------------------------------

META_APP_SECRETS = env.list("META_APP_SECRET", default=[])
META_VERIFY_TOKENS = env.list("META_VERIFY_TOKEN", default=[])
GRAPH_URL = env.str("GRAPH_URL", default="https://graph.facebook.com").rstrip("/")
GRAPH_VERSION = env.str("GRAPH_VERSION", default="v25.0")
WEBHOOK_RETENTION_DAYS = env.int("WEBHOOK_RETENTION_DAYS", default=30)
SANDBOX = env.bool("SANDBOX", default=DEBUG)
SANDBOX_URL = env.str("SANDBOX_URL", default="")

# --- watching it ------------------------------------------------------------------------------------------------

VAR_DIR = Path(env.str("PLAZA_VAR", default=str(BASE_DIR / "var")))
# where the processes of this host count; read by the client library, before anything counts
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(VAR_DIR / "metrics"))
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SENTRY_DSN = env.str("SENTRY_DSN", default="")
SENTRY_ENVIRONMENT = env.str("SENTRY_ENVIRONMENT", default="production")
OTEL_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", default="")  # the exporter reads it, and its headers, itself
METRIC_GAUGES = ["channels_meta.metrics.read", "inbox.metrics.read", "workspaces.gauges.read"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "workspaces.logs.Discreet"}},
    "formatters": {"line": {"()": "workspaces.logs.AsText" if DEBUG else "workspaces.logs.AsJson"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["discreet"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        # these bring handlers of their own, which would not mask
        **{name: {"handlers": [], "propagate": True} for name in ("django", "django.server")},
        **{name: {"handlers": [], "propagate": True} for name in ("uvicorn", "uvicorn.error")},
        "uvicorn.access": {"handlers": [], "propagate": False},  # a line a webhook would cost more than the webhook
    },
}
