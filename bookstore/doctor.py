"""What may be wrong with an installation, and what to do about it, in plain words.

Every app may have a `doctor.py` with checks of its own, which `manage.py doctor` finds.
"""

import fcntl
import os
import shutil
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import redis
from celery import current_app
from django.conf import settings
from django.core import mail
from django.core.checks import run_checks
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from bookstore.embedded import open_lock, try_lock
from bookstore.figures import outbox_figures

GIGABYTE = 1024**3
BEAT_WRITES_WITHIN = 600  # seconds
OUTBOX_WAITS_AT_MOST = 10  # minutes
KEY_TOO_SHORT = "security.W009"  # Django says it at length; the check of the key says it in words


@dataclass
class Finding:
    """One line of the diagnosis."""

    level: str
    text: str
    advice: str = ""


def ok(text: str) -> Finding:
    return Finding("ok", text)


def warning(text: str, advice: str) -> Finding:
    return Finding("warning", text, advice)


def failure(text: str, advice: str) -> Finding:
    return Finding("failure", text, advice)


class Unreachable(Exception):
    """Something does not answer; what needs it is not examined."""

    def __init__(self, error: Exception, advice: str) -> None:
        super().__init__(f"does not answer: {first_line(error)}")
        self.advice = advice


def first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


Check = Callable[[], Iterator[Finding]]
CHECKS: list[tuple[str, str, Check]] = []


def check(subject: str, *, needs: str = "") -> Callable[[Check], Check]:
    """Register a check. Each is on its own: one that cannot finish is a finding, and the next one follows."""

    def register(function: Check) -> Check:
        CHECKS.append((subject, needs, function))
        return function

    return register


def examine() -> Iterator[tuple[str, Finding]]:
    unreachable = set()
    for subject, needs, function in CHECKS:
        if needs in unreachable:
            continue
        try:
            for finding in function():
                yield subject, finding
        except Unreachable as error:
            unreachable.add(subject)
            yield subject, failure(str(error), error.advice)
        except Exception as error:  # whatever is wrong with the installation is what we are here to tell
            yield (
                subject,
                failure(f"{type(error).__name__}: {first_line(error)}", "See docs/operators.md, In the night."),
            )


def is_own(name: str) -> bool:
    """Whether the shop runs this server itself."""
    return name in settings.EMBEDDED.names


def shop_runs_here() -> bool:
    path = settings.DATA_DIR / "run" / "shop.lock"
    if not path.exists():
        return False
    with open_lock(path) as lock:
        return not try_lock(lock.fileno(), fcntl.LOCK_SH)


@check("Python")
def python() -> Iterator[Finding]:
    yield ok(sys.version.split()[0])


@check("Data folder")
def data_folder() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    if not os.access(folder, os.W_OK | os.X_OK):
        yield failure(f"{folder} is not writable", "Give it to the user the shop runs as, or set DATA_DIR.")
        return
    free = shutil.disk_usage(folder).free
    text = f"{folder}, {free / GIGABYTE:.1f} GB free"
    if free < GIGABYTE / 10:
        yield failure(text, "Free some space now; PostgreSQL stops when there is none.")
    elif free < GIGABYTE:
        yield warning(text, "Free some space.")
    else:
        yield ok(text)


@check("PostgreSQL")
def postgres() -> Iterator[Finding]:
    try:
        connection.ensure_connection()
    except OperationalError as error:
        raise Unreachable(error, "Nothing works without it. Start it, or correct DATABASE_URL.") from error
    with connection.cursor() as cursor:
        began = time.perf_counter()
        cursor.execute("SELECT current_setting('server_version'), current_setting('server_version_num')::int, "
                       "current_setting('server_encoding'), lower('É')")  # fmt: skip
        version, number, encoding, lowered = cursor.fetchone()
        milliseconds = (time.perf_counter() - began) * 1000
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'fold_text'")
        (folding,) = cursor.fetchone()
    if number < 150_000:
        yield failure(f"version {version} is too old", "Upgrade to PostgreSQL 15 or newer.")
    else:
        yield ok(f"{version}{', the shop’s own,' if is_own('postgres') else ''} answers in {milliseconds:.1f} ms")
    if encoding != "UTF8":
        yield failure(
            f"encoding {encoding}", "Create the database anew with ENCODING 'UTF8' and restore a dump into it."
        )
    elif lowered != "é":
        yield failure(
            "lower('É') is not 'é': names are not found whatever their case",
            "Create the database anew with a UTF-8 locale, for instance LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'.",
        )
    if not folding:
        yield failure("the function fold_text is missing", "Run: manage.py migrate")


@check("Migrations", needs="PostgreSQL")
def migrations() -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        names = ", ".join(f"{migration.app_label}.{migration.name}" for migration, _ in pending[:3])
        yield failure(
            f"{len(pending)} not applied: {names}{' …' if len(pending) > 3 else ''}", "Run: manage.py migrate"
        )
    else:
        yield ok("all applied")


@check("Redis")
def redis_server() -> Iterator[Finding]:
    advice = "The API goes on without cache; background work waits. Start Redis, or correct REDIS_URL."
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
        try:
            seconds = []
            for _ in range(20):
                began = time.perf_counter()
                client.ping()
                seconds.append(time.perf_counter() - began)
            version = client.info("server")["redis_version"]
        except redis.RedisError as error:
            raise Unreachable(error, advice) from error
        latency = statistics.median(seconds) * 1000
        text = f"{version}{', the shop’s own,' if is_own('redis') else ''} answers in {latency:.1f} ms"
        yield ok(text) if latency < 5 else warning(text, "Move it nearer: every request asks it.")
        try:
            policy = str(client.config_get("maxmemory-policy").get("maxmemory-policy", ""))
        except redis.RedisError:
            return  # managed servers do not tell
        if policy.startswith("allkeys"):
            yield failure(
                f"maxmemory-policy {policy} may throw waiting tasks away", "Set it to noeviction or volatile-lru."
            )


@check("Worker", needs="Redis")
def worker() -> Iterator[Finding]:
    with current_app.connection_for_write(transport_options={"socket_connect_timeout": 2, "max_retries": 0}) as broker:
        broker.ensure_connection(max_retries=1, timeout=2)
        answers = current_app.control.ping(timeout=2, connection=broker)
    if answers:
        yield ok(f"{len(answers)} answering: {', '.join(name for answer in answers for name in answer)}")
    elif is_own("redis") and not shop_runs_here():
        yield ok("not running, as the shop is not")
    else:
        yield warning("none answers", "Start one (celery -A config worker); mails and periodic jobs wait for it.")


@check("Scheduler")
def beat() -> Iterator[Finding]:
    """Known only where it keeps its notes in the data folder, as `make run` has it do."""
    if not shop_runs_here():
        return
    notes = [path.stat().st_mtime for path in (settings.DATA_DIR / "run").glob("beat*")]
    since = time.time() - max(notes, default=0.0)
    if not notes or since > BEAT_WRITES_WITHIN:
        yield warning("has written nothing for ten minutes", f"See {settings.DATA_DIR / 'log' / 'beat.log'}.")
    else:
        yield ok(f"was last seen {since:.0f} s ago")


@check("Mail")
def mails() -> Iterator[Finding]:
    backend = settings.EMAIL_BACKEND
    if backend.endswith("smtp.EmailBackend"):
        with mail.get_connection(timeout=5):
            yield ok(f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} accepts connections")
    elif backend.startswith(("bookstore.mail_folder", "django.core.mail.backends")):
        in_files = "mail_folder" in backend or "filebased" in backend
        text = f"goes to {settings.EMAIL_FILE_PATH}" if in_files else f"goes nowhere ({backend})"
        yield ok(text) if is_own("postgres") else warning(f"{text}; nobody receives it", "Set EMAIL_BACKEND.")
    else:
        mail.get_connection()  # says which key is missing
        yield ok(f"is sent by {backend}")
        if not settings.ANYMAIL.get("WEBHOOK_SECRET"):
            yield warning("nobody listens to bounces", "Set ANYMAIL_WEBHOOK_SECRET; docs/operators.md says how.")


@check("Outbox", needs="PostgreSQL")
def unsent_messages() -> Iterator[Finding]:
    figures = outbox_figures()
    minutes = figures.oldest_seconds / 60
    if minutes > OUTBOX_WAITS_AT_MOST:
        text = f"{figures.waiting} waiting, the oldest for {minutes:.0f} minutes"
        yield warning(text, "Are worker and scheduler running? The console's Outbox has the last errors.")
    else:
        yield ok(f"{figures.waiting} waiting")
    if figures.given_up:
        yield warning(f"{figures.given_up} given up", "See the console's Outbox; it can send them again.")


@check("Secret key")
def secret_key() -> Iterator[Finding]:
    file = settings.DATA_DIR / "secret_key"
    if len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 10:
        yield failure(
            "is easy to guess", "Set SECRET_KEY to 50 random characters or more; everybody must then sign in again."
        )
    elif is_own("postgres") and file.exists() and file.stat().st_mode & 0o077:
        yield failure(f"others may read {file}", f"Run: chmod 600 '{file}'")
    else:
        yield ok("is long enough")


@check("Addresses")
def addresses() -> Iterator[Finding]:
    if "*" in settings.ALLOWED_HOSTS:
        yield warning("ALLOWED_HOSTS has *", "Name the shop's hosts; links in mails can otherwise be forged.")
    elif not settings.ALLOWED_HOSTS:
        yield failure("ALLOWED_HOSTS is empty", "Name the shop's hosts; it answers nobody otherwise.")
    else:
        yield ok(f"answers as {', '.join(settings.ALLOWED_HOSTS)}")
    if settings.HTTPS and not settings.TRUSTED_PROXIES:
        yield warning(
            "HTTPS is on and no proxy is trusted",
            "Set TRUSTED_PROXIES to the proxy's address, or every request is redirected for ever.",
        )
    if not settings.HTTPS and not is_own("postgres"):
        yield warning("HTTPS is off", "Set HTTPS=true wherever anybody but you reaches the shop.")


@check("Django")
def django_checks() -> Iterator[Finding]:
    found = [message for message in run_checks(include_deployment_checks=settings.HTTPS) if message.id != KEY_TOO_SHORT]
    for message in found:
        level = failure if message.is_serious() else warning
        yield level(f"{message.id}: {message.msg.splitlines()[0]}", message.hint or "")
    if not found:
        yield ok("its own checks find nothing")
