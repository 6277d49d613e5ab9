"""All settings. The environment is the only difference between machines; docs/configuration.md lists it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from celery.schedules import crontab
from corsheaders.defaults import default_headers
from moneyed import list_all_currencies
from psycopg.conninfo import conninfo_to_dict

from accounts.countries import countries
from bookstore.embedded import EmbeddedServers
from config.console import CONSOLE_PANELS, UNFOLD  # noqa: F401 - the console's settings
from config.env import Environment, broker_url, known_languages, media_origins

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment()

# ---- where everything is -------------------------------------------------------------------------------------

DATA_DIR = env.path("DATA_DIR", BASE_DIR / "var")
EMBEDDED = EmbeddedServers(DATA_DIR, postgres=not env.words("DATABASE_URL"), redis=not env.words("REDIS_URL"))
DATABASE_URL = env.address("DATABASE_URL", EMBEDDED.postgres_url, ["postgresql", "postgres"])
REDIS_URL = env.address("REDIS_URL", EMBEDDED.redis_url(), ["redis", "rediss", "unix"])

# ---- secrets and hosts ---------------------------------------------------------------------------------------

DEBUG = False
SECRET_KEY = env.secret("SECRET_KEY", DATA_DIR / "secret_key" if "postgres" in EMBEDDED.names else None)
HTTPS = env.boolean("HTTPS", default="postgres" not in EMBEDDED.names)
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],10.0.2.2")
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_ALLOW_CREDENTIALS = True
CORS_URLS_REGEX = r"^/(api|media)/"
CORS_ALLOW_HEADERS = (*default_headers, "idempotency-key", "if-match", "if-none-match", "x-auth-transport",
                      "x-cart-token", "x-request-id")  # fmt: skip
CORS_EXPOSE_HEADERS = ["ETag", "Idempotent-Replayed", "Location", "RateLimit", "RateLimit-Policy", "Retry-After",
                       "Server-Timing", "X-Cart-Token", "X-Process-Time", "X-RateLimit-Limit", "X-RateLimit-Remaining",
                       "X-RateLimit-Reset", "X-Request-ID"]  # fmt: skip
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
SHOP_URL = env.origin("SHOP_URL", "http://localhost:8000")  # where links in mails lead; who issues tokens
TRUSTED_PROXIES = env.networks("TRUSTED_PROXIES")
METRICS_ALLOWED = env.networks("METRICS_ALLOWED", "127.0.0.1,::1")

# ---- the application -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "corsheaders",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework_simplejwt.token_blacklist",
    "anymail",
    "bookstore",
    "accounts",
    "catalog",
    "orders",
    "reviews",
]
MIDDLEWARE = [
    "bookstore.middleware.RequestContextMiddleware",
    "bookstore.middleware.SecurityHeadersMiddleware",
    "bookstore.health.ProbeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bookstore.middleware.CorsMiddleware",
    "bookstore.middleware.LanguageMiddleware",  # limits, too, refuse in the reader's language
    "accounts.middleware.ClaimsMiddleware",
    "bookstore.middleware.RateLimitMiddleware",
    "bookstore.middleware.RequestLimitsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bookstore.caching.KnownReadsMiddleware",
    "bookstore.middleware.ConsoleSessionMiddleware",
    "bookstore.middleware.SlashMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "bookstore.middleware.ConsoleAuthenticationMiddleware",
    "bookstore.middleware.ConsoleMessageMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# ---- data ----------------------------------------------------------------------------------------------------

_database = conninfo_to_dict(DATABASE_URL)
DATABASES = {
    "default": {
        "ENGINE": "bookstore.postgres",
        "NAME": _database.pop("dbname", ""),
        "USER": _database.pop("user", ""),
        "PASSWORD": _database.pop("password", ""),
        "HOST": _database.pop("host", ""),
        "PORT": _database.pop("port", ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "bookstore", **_database},
    },
}
DATABASE_PREPARES = env.boolean("DATABASE_PREPARES", default=True)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ISBN_RANGE_FILE = env.file("ISBN_RANGE_FILE")  # the agency's RangeMessage.xml, where newer than the library's
SHOP_CURRENCY = env.choice("SHOP_CURRENCY", "EUR", [currency.code for currency in list_all_currencies()])

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}"}
        for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
    ),
    {"NAME": "accounts.passwords.NothingObvious"},
]
SECURITY_EVENTS_KEPT_FOR = timedelta(days=env.integer("SECURITY_EVENTS_KEPT_DAYS", 365, least=1))
PASSWORD_HASHERS = ["accounts.hashers.Argon2idHasher"]

# ---- files ---------------------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
MEDIA_ROOT = DATA_DIR / "media"
SEARCH_DIR = env.path("SEARCH_DIR", DATA_DIR / "search")
SEARCH_PATIENCE = 0.3  # seconds that a search waits for the index to read what was just committed
MEDIA_S3_BUCKET = env.text("MEDIA_S3_BUCKET", "")
MEDIA_S3_PUBLIC_URL = env.address("MEDIA_S3_PUBLIC_URL", "", ["http", "https"]).rstrip("/")
MEDIA_S3_SIGNED_FOR = min(env.integer("MEDIA_S3_SIGNED_FOR", 86_400, least=1_200), 604_800)  # seconds; a week at most
MEDIA_S3 = {
    "bucket_name": MEDIA_S3_BUCKET,
    "endpoint_url": env.address("MEDIA_S3_ENDPOINT_URL", "", ["http", "https"]) or None,
    "region_name": env.text("MEDIA_S3_REGION", "") or None,
    "access_key": env.text("MEDIA_S3_ACCESS_KEY", "") or None,
    "secret_key": env.text("MEDIA_S3_SECRET_KEY", "") or None,
    "location": env.text("MEDIA_S3_PREFIX", "").strip("/"),
    "querystring_expire": MEDIA_S3_SIGNED_FOR,
}
MEDIA_URL = f"{MEDIA_S3_PUBLIC_URL}/" if MEDIA_S3_BUCKET and MEDIA_S3_PUBLIC_URL else "media/"
MEDIA_ORIGINS = media_origins(MEDIA_S3_PUBLIC_URL, MEDIA_S3) if MEDIA_S3_BUCKET else []  # for the browser's policy
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "bookstore.storages.S3Media", "OPTIONS": MEDIA_S3}
    if MEDIA_S3_BUCKET
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# ---- what the shop asks of others ----------------------------------------------------------------------------

OUTGOING_PORTS = [80, 443, *env.integers("OUTGOING_PORTS")]
OUTGOING_TRUSTED = env.networks("OUTGOING_TRUSTED")  # private networks that it may ask all the same
COVER_FETCH_SECONDS = env.integer("COVER_FETCH_SECONDS", 30, least=1)  # for one picture, from first to last byte
COVER_FETCH_PAUSE = env.integer("COVER_FETCH_PAUSE", 200) / 1000  # milliseconds between two pictures of one host

# ---- mail ----------------------------------------------------------------------------------------------------

EMAIL_BACKEND = env.text("EMAIL_BACKEND", "bookstore.mail_folder.EmailBackend")
EMAIL_FILE_PATH = DATA_DIR / "mail"
EMAIL_HOST = env.text("EMAIL_HOST", "localhost")
EMAIL_USE_SSL = env.boolean("EMAIL_USE_SSL", default=False)  # TLS from the first byte, as on port 465
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=not EMAIL_USE_SSL)
env.exclude("EMAIL_USE_SSL", "EMAIL_USE_TLS", both=EMAIL_USE_SSL and EMAIL_USE_TLS)
EMAIL_PORT = env.integer("EMAIL_PORT", 465 if EMAIL_USE_SSL else 587, least=1)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_TIMEOUT = env.integer("EMAIL_TIMEOUT", 20, least=1)  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "Bookstore <shop@example.com>")
# The mail service's key and options. One that takes no tags along gets the mail without them.
ANYMAIL = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT, "IGNORE_UNSUPPORTED_FEATURES": True, **env.family("ANYMAIL_"),
           "WEBHOOK_SECRET": env.pairs("ANYMAIL_WEBHOOK_SECRET")}  # fmt: skip
SHOP_NAME = env.text("SHOP_NAME", "Bookstore")
OUTBOX_KEPT_FOR = timedelta(days=30)  # what was sent
OUTBOX_GIVEN_UP_KEPT_FOR = timedelta(days=180)

# ---- language and time ---------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = "config.formats"
LANGUAGES = known_languages(BASE_DIR / "bookstore" / "locale")  # those that the shop has sentences in

# ---- buying --------------------------------------------------------------------------------------------------

SHOP_COUNTRY = env.choice("SHOP_COUNTRY", "DE", countries())
PAYMENT_PROVIDERS = env.words("PAYMENT_PROVIDERS", "test" if "postgres" in EMBEDDED.names else "")

# ---- what machines read --------------------------------------------------------------------------------------

GOOGLE_PRODUCT_CATEGORY = env.text("GOOGLE_PRODUCT_CATEGORY", "784")  # Media > Books, as far as we know
FEED_TO_ORDER_DAYS = env.integer("FEED_TO_ORDER_DAYS", 14)  # until a copy that is to be ordered is there

# ---- the API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.BearerAuthentication",
        "accounts.authentication.CookieAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.permissions.SignedIn"],
    "DEFAULT_RENDERER_CLASSES": ["bookstore.json.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["bookstore.json.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "bookstore.json.Negotiation",
    "DEFAULT_PAGINATION_CLASS": "bookstore.pagination.Pages",
    "DEFAULT_SCHEMA_CLASS": "bookstore.schema.ProblemSchema",
    "EXCEPTION_HANDLER": "bookstore.problems.exception_handler",
    "URL_FORMAT_OVERRIDE": None,  # ?format= asks for paperbacks, not for a renderer
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT: dict[str, Any] = {
    "ALGORITHM": "ES256",
    "SIGNING_KEY": None,  # keys are rows: accounts.keys
    "ISSUER": SHOP_URL,
    "AUDIENCE": "bookstore",
    "LEEWAY": 10,  # seconds that the clocks of two machines may differ
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
    "USER_ID_CLAIM": "sub",
    "TOKEN_TYPE_CLAIM": "type",
}
SIGNING_KEY_DAYS = env.integer("SIGNING_KEY_DAYS", 90, least=1)  # until tokens are signed with a new key
UNVERIFIED_ACCOUNT_DAYS = env.integer("UNVERIFIED_ACCOUNT_DAYS", 14, least=1)  # days
AFTER_SIGN_IN = ["orders.services.adopt_guest_cart"]  # called with the user and the X-Cart-Token they came with
EXPORTS = ["accounts.services.export.account", "orders.services.export_shopper", "reviews.services.export_reviews"]
WHEN_USERS_ARE_ERASED = ["orders.services.forget_shopper"]  # called with the user while they are still themselves
WHEN_BOOKS_MERGE = ["reviews.services.take_reviews_along"]  # called with the book kept and those merged into it
WHEN_A_MERGE_IS_UNDONE = ["reviews.services.give_reviews_back"]  # with the book kept, the others, and what had moved
SPECTACULAR_SETTINGS = {
    "TITLE": "Bookstore API",
    "VERSION": "1.0.0",
    "DESCRIPTION": "Books, editions by ISBN, and the offers of sellers. Every error is problem+json (RFC 9457).",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "ENUM_NAME_OVERRIDES": {
        "FormatEnum": "catalog.vocabularies.Format.choices",
        "ConditionEnum": "catalog.vocabularies.Condition.choices",
        "AvailabilityEnum": "catalog.serializers.AVAILABILITY",
        "OrderStatusEnum": "orders.models.OrderStatus.choices",
        "StatusOfPaymentEnum": "orders.serializers.STATUSES_OF_A_PAYMENT",
        "PaymentStatusEnum": "orders.serializers.PAYMENT_STATUSES",
        "PurchaseStatusEnum": "orders.serializers.STATUSES_OF_A_PURCHASE",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
URL_LIMIT = 8_000  # characters of path and query
DATA_UPLOAD_MAX_MEMORY_SIZE = env.integer("BODY_LIMIT", 2 * 1024 * 1024, least=1024)  # bytes
UPLOAD_LIMIT = env.integer("UPLOAD_LIMIT", 25 * 1024 * 1024, least=1024)  # bytes of a form with files, or of a cover
UPLOADS = [("/console/", "multipart/form-data"), ("/api/v1/editions/", "image/")]  # where they go, and what they are
IDEMPOTENCY_KEPT_FOR = timedelta(hours=48)

RATE_LIMITS = {
    "anonymous": env.rate("RATE_LIMIT_ANONYMOUS", "600/minute"),
    "user": env.rate("RATE_LIMIT_USER", "1200/minute"),
    "search": env.rate("RATE_LIMIT_SEARCH", "240/minute"),
    "auth": env.rate("RATE_LIMIT_AUTH", "20/minute"),
    "feeds": env.rate("RATE_LIMIT_FEEDS", "30/minute"),
    "webhooks": env.rate("RATE_LIMIT_WEBHOOKS", "6000/minute"),
    "checkout": env.rate("RATE_LIMIT_CHECKOUT", "30/minute"),
    "sign_in": env.rate("RATE_LIMIT_SIGN_IN", "10/minute"),  # guesses: those that are free, and the first pause
    "sign_in_pair": env.rate("RATE_LIMIT_SIGN_IN_PAIR", "5/minute"),
    "sign_in_address": env.rate("RATE_LIMIT_SIGN_IN_ADDRESS", "50/minute"),
    "code_tries": env.rate("RATE_LIMIT_CODE_TRIES", "15/minute"),
    "code_tries_pair": env.rate("RATE_LIMIT_CODE_TRIES_PAIR", "15/minute"),
    "codes": env.rate("RATE_LIMIT_CODES", "10/hour"),
    "invitations": env.rate("RATE_LIMIT_INVITATIONS", "30/hour"),  # of one seller
    "invitations_to": env.rate("RATE_LIMIT_INVITATIONS_TO", "5/hour"),  # one address
}
RATE_LIMIT_SCOPES = [  # the first prefix that fits; what fits none (files, probes) is not counted
    ("/api/v1/auth/", "auth"),
    ("/api/v1/checkout/", "checkout"),
    ("/api/v1/search/", "search"),
    ("/api/v1/webhooks/", "webhooks"),
    ("/api/", "anonymous"),
    ("/books/", "anonymous"),
    ("/feeds/", "feeds"),
    ("/mail/", "anonymous"),
    ("/sitemap", "anonymous"),
    ("/console/login/", "auth"),
]
RATE_LIMIT_TRUSTED = env.networks("RATE_LIMIT_TRUSTED")

# ---- security ------------------------------------------------------------------------------------------------

_pictures = " ".join(["'self'", *MEDIA_ORIGINS])
CONTENT_SECURITY_POLICIES = [  # the first prefix that fits
    ("/api/v1/docs/", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
     "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
    # Alpine.js, which the console's theme is built on, evaluates its attributes.
    ("/console/", "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
     f"img-src {_pictures} data: blob:; base-uri 'none'; form-action 'self'; "
     "frame-ancestors 'none'; object-src 'none'"),
    ("/api/v1/auth/", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; "
     "frame-ancestors 'none'"),
    ("/mail/", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"),
    ("/docs/", "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"),
    ("/books/", f"default-src 'none'; style-src 'self'; img-src {_pictures}; base-uri 'none'; "
     "form-action 'none'; frame-ancestors 'none'"),
    ("/purchases/", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
     "frame-ancestors 'none'"),
    ("/", "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"),
]  # fmt: skip
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "bookstore_session", "bookstore_csrf"
CSRF_FAILURE_VIEW = "bookstore.problems.csrf_failure"
X_FRAME_OPTIONS = "DENY"
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"

# ---- background work -----------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.text("CELERY_BROKER_URL", broker_url(REDIS_URL))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    "expire unpaid purchases": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(),
        "args": ["expire_purchases"],
    },
    "open and close what is due by date": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="1,31"),
        "args": ["refresh_due_listings"],
    },
    "import what was uploaded": {  # whatever the upload's own nudge missed
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(),
        "args": ["import_uploads"],
        "options": {"expires": 60},
    },
    "forget old carts of guests": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="53", hour="3"),
        "args": ["purge_carts"],
    },
    "forget old searches without result": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="41", hour="3"),
        "args": ["purge_missed_searches"],
    },
    "forget expired tokens": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="29", hour="3"),
        "args": ["purge_tokens"],
    },
    "forget old sessions": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="33", hour="3"),
        "args": ["purge_sessions"],
    },
    "forget old codes": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="35", hour="3"),
        "args": ["purge_verifications"],
    },
    "forget accounts that nobody verified": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="37", hour="3"),
        "args": ["purge_unverified_accounts", f"--days={UNVERIFIED_ACCOUNT_DAYS}"],
    },
    "sign with a new key now and then": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="45", hour="3"),
        "args": ["rotate_keys", f"--older-than={SIGNING_KEY_DAYS}"],
    },
    "forget old idempotency keys": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="17"),
        "args": ["purge_idempotency_keys"],
    },
    "send what waits in the outbox": {  # whatever the senders' nudges missed
        "task": "bookstore.tasks.run_command",
        "schedule": 15.0,
        "args": ["relay_outbox", "--verbosity=0"],
        "options": {"expires": 15},  # without a worker they do not pile up
    },
    "count what sells this month": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="11"),
        "args": ["count_sales"],
    },
    "pair books bought together": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="7", hour="4"),
        "args": ["pair_books"],
    },
    "pair all books afresh": {  # books may have been joined or parted since, which no order tells
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="7", hour="5", day_of_week="sunday"),
        "args": ["pair_books", "--afresh"],
    },
    "fetch covers": {
        "task": "bookstore.tasks.run_command",
        "schedule": 30.0,
        "args": ["fetch_covers", "--verbosity=0"],
        "options": {"expires": 30},
    },
    "plan the sitemap": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(minute="37"),
        "args": ["plan_sitemap", "--verbosity=0"],
    },
    "forget old prices": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(hour="4", minute="7"),
        "args": ["purge_prices"],
    },
    "forget old security events": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(hour="3", minute="23"),
        "args": ["purge_events"],
    },
    "forget old invitations": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(hour="3", minute="47"),
        "args": ["purge_invitations"],
    },
    "forget old messages": {
        "task": "bookstore.tasks.run_command",
        "schedule": crontab(hour="3", minute="41"),
        "args": ["purge_outbox"],
    },
}

# ---- seeing what happens -------------------------------------------------------------------------------------

SECRET_PATHS = (  # what follows is a token, and is not logged
    *(f"/api/v1/auth/{page}/" for page in ("verify", "reset", "email", "undo")), "/mail/unsubscribe/",
)  # fmt: skip
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING_CONFIG = "bookstore.logs.configure"
LOGGING = {"level": LOG_LEVEL}
SENTRY_DSN = env.text("SENTRY_DSN", "")
