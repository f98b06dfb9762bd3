"""Django settings: one file for every installation; what differs comes from `environment`."""

from __future__ import annotations

import sys
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from xinnong.config import decoder, environment, logging, postgres

# ---------------------------------------------------------------- places and secrets

BASE_DIR = environment.REPOSITORY
DATA = environment.open_data_folder()
TLS = environment.value("XINNONG_TLS") == "1"
XINNONG_PROXIES = int(environment.value("XINNONG_PROXIES", "1" if TLS else "0"))

XINNONG_DATA = DATA
XINNONG_LAKE = environment.private_folder(DATA / "lake")
XINNONG_WORK = environment.private_folder(DATA / "work")
XINNONG_BADGES = DATA / "badges"  # the county's bundle of the day and the keys that sign bundles
XINNONG_DECODER = decoder.folder()
XINNONG_PERSON_KEY = environment.secret("XINNONG_PERSON_KEY")
XINNONG_VAULT_KEY = environment.secret("XINNONG_VAULT_KEY")
XINNONG_SEARCH_KEY = environment.secret("XINNONG_SEARCH_KEY")
XINNONG_LOG_KEY = environment.secret("XINNONG_LOG_KEY")
XINNONG_LOCAL_TARGETS = environment.value("XINNONG_LOCAL_TARGETS") == "1"
XINNONG_MESSAGES = environment.value("XINNONG_MESSAGES")
XINNONG_MEMORY_LIMIT = environment.value("XINNONG_MEMORY_LIMIT", "4GB")
XINNONG_BADGE_KEEPER = environment.value("XINNONG_BADGE_KEEPER", "xinnong.outreach.keys.FileKeeper")
XINNONG_THREADS = int(environment.value("XINNONG_THREADS", "0"))  # 0: every core

SECRET_KEY = environment.secret("XINNONG_SECRET_KEY").hex()
DEBUG = False
ALLOWED_HOSTS = environment.value("XINNONG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")

# ---------------------------------------------------------------- apps

OWN_APPS = [
    "areas",
    "accounts",
    "audit",
    "privacy",
    "registry",
    "ledger",
    "sources",
    "outreach",
    "ecard",
    "guard",
    "profiles",
    "scoring",
    "credit",
    "lending",
    "journeys",
    "insight",
    "pipelines",
    "web",
]

INSTALLED_APPS = [
    *(f"xinnong.{name}" for name in OWN_APPS),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "xinnong.web.security.response_headers",
    "xinnong.config.health.health_first",
    "xinnong.config.problems.problem_answers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "xinnong.web.head.head_as_get",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "xinnong.accounts.middleware.note_second_factor",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "xinnong.accounts.middleware.ScopeEachView",
    "xinnong.web.not_allowed.not_allowed_page",
]

ROOT_URLCONF = "xinnong.config.urls"
WSGI_APPLICATION = "xinnong.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "xinnong.web.context.page",
            ],
        },
    },
]

# ---------------------------------------------------------------- database

ROLE = environment.value("XINNONG_ROLE", "app")


def database(role: str) -> dict[str, Any]:
    """Django's description of the database for a role; connections are reused and checked."""
    parts = urlsplit(postgres.address(role))
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Django forbids prepared statements unless told; so only what asks for it is prepared
        "OPTIONS": {**options, "prepare_threshold": sys.maxsize},
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }


# `default` is the role of this process; `batch` publishes results whatever the process is.
DATABASES = {
    "default": database(ROLE),
    "batch": {**database("batch"), "TEST": {"MIRROR": "default"}},
}

IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": IN_MEMORY},
    "pages": {
        "BACKEND": IN_MEMORY,
        "LOCATION": "pages",
    },  # many askers push each other's out, nothing else
}

# ---------------------------------------------------------------- people signing in

AUTH_USER_MODEL = "accounts.User"

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # staff and farmers sign in by name; no mail is sent
ACCOUNT_RATE_LIMITS = {"login_failed": "30/m/ip,10/5m/key"}  # axes locks a name before that
ACCOUNT_ADAPTER = "xinnong.accounts.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Xinnong"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "xinnong.accounts.devices.name_tried"
AXES_CLIENT_IP_CALLABLE = "xinnong.accounts.devices.client_address"
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "xinnong.accounts.views.locked"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = TLS
CSRF_COOKIE_SECURE = TLS
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = TLS
SECURE_SSL_REDIRECT = TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TLS else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# ---------------------------------------------------------------- languages, formats, time

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英语"))]
LOCALE_PATHS = [DATA / "locale"]  # filled by catalogues.compile_all()
FORMAT_MODULE_PATH = "xinnong.web.formats"
USE_THOUSAND_SEPARATOR = False  # asked for where money is shown; years and codes stay plain
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

# ---------------------------------------------------------------- files

STATIC_URL = "static/"
STATIC_ROOT = environment.private_folder(DATA / "static")
_COLLECTED = (STATIC_ROOT / "staticfiles.json").exists()
WHITENOISE_USE_FINDERS = not _COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if _COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = DATA / "media"
FILE_UPLOAD_TEMP_DIR = str(environment.private_folder(DATA / "uploads"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024

# ---------------------------------------------------------------- work and logs

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "tasks"
PROCRASTINATE_IMPORT_PATHS = ["xinnong.config.tasks"]
LOGGING_CONFIG = None
logging.configure(
    environment.value("XINNONG_LOG_LEVEL", "INFO"), environment.value("XINNONG_LOG_FILE")
)
