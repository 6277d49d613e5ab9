"""Read the environment loudly: a wrong value stops the start with a sentence that names it."""

import contextlib
import os
import re
from collections.abc import Collection, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from secrets import token_urlsafe
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf.global_settings import LANGUAGES
from django.conf.locale import LANG_INFO
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import to_locale

ORIGIN = re.compile(r"[^/?#@,\s]+")  # what may follow https://
Network = IPv4Network | IPv6Network


class Environment:
    """Typed reads of one mapping of variables; every method raises ImproperlyConfigured."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self.variables = variables

    def text(self, name: str, default: str | None = None) -> str:
        """The variable's text. An empty variable counts as unset; without a default it is required."""
        value = self.variables.get(name, "").strip() or default
        if value is None:
            raise ImproperlyConfigured(f"{name} is not set. It is required here; see docs/configuration.md.")
        return value

    def path(self, name: str, default: Path) -> Path:
        return Path(self.text(name, str(default))).expanduser().resolve()

    def secret(self, name: str, kept_in: Path | None) -> str:
        """The variable, or else a secret made at the first start and kept in a file only its owner reads.

        Without a file to keep it in (a shop with a database of its own), the variable is required.
        """
        if kept_in is None or self.words(name):
            return self.text(name)
        try:
            return kept_secret(kept_in)
        except OSError as error:
            raise ImproperlyConfigured(f"{kept_in} cannot be read or made ({error.strerror}); see DATA_DIR.") from error

    def choice(self, name: str, default: str, choices: Collection[str]) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is {value!r}; write one of {', '.join(sorted(choices))}.")
        return value

    def address(self, name: str, default: str, schemes: Collection[str]) -> str:
        """An address of a server, scheme://…; or nothing, where that is the default."""
        value = self.text(name, default)
        if not value:
            return value
        if value.partition("://")[0] not in schemes or "://" not in value:
            raise ImproperlyConfigured(f"{name} is not an address that begins with {'://, '.join(schemes)}://.")
        return value

    def file(self, name: str) -> str:
        """The path of a file that is there, or nothing."""
        value = self.text(name, "")
        if value and not Path(value).is_file():
            raise ImproperlyConfigured(f"{name} is {value!r}, and there is no such file.")
        return value

    def boolean(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value not in {"true", "false"}:
            raise ImproperlyConfigured(f"{name} is {value!r}; write true or false.")
        return value == "true"

    def integer(self, name: str, default: int, *, least: int = 0) -> int:
        value = self.text(name, str(default))
        if not value.isascii() or not value.isdigit() or int(value) < least:
            raise ImproperlyConfigured(f"{name} is {value!r}; write a whole number of {least} or more.")
        return int(value)

    def integers(self, name: str) -> list[int]:
        """Whole numbers, separated by commas."""
        words = self.words(name)
        if any(not word.isascii() or not word.isdigit() for word in words):
            raise ImproperlyConfigured(f"{name} has {words!r}; write whole numbers like 8080,8443.")
        return [int(word) for word in words]

    def words(self, name: str, default: str = "") -> list[str]:
        """A comma-separated list; `NAME=` (set, but empty) is the empty list."""
        value = self.variables.get(name, default)
        return [word.strip() for word in value.split(",") if word.strip()]

    def family(self, prefix: str) -> dict[str, str | bool]:
        """All variables whose names begin so, without the beginning; true and false are truth."""
        found = {name.removeprefix(prefix): self.text(name, "") for name in self.variables if name.startswith(prefix)}
        truth = {"true": True, "false": False}
        return {name: truth.get(value.lower(), value) for name, value in found.items() if value}

    def pairs(self, name: str) -> list[str]:
        """User and password, user:password, separated by commas where several hold."""
        words = self.words(name)
        if any(not all(word.partition(":")) for word in words):
            raise ImproperlyConfigured(f"{name} is not of the form user:password.")
        return words

    def networks(self, name: str, default: str = "") -> list[Network]:
        """Addresses and CIDR ranges, separated by commas."""
        try:
            return [ip_network(word, strict=False) for word in self.words(name, default)]
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}; write addresses like 10.0.0.0/8, ::1.") from error

    def origins(self, name: str, default: str = "") -> list[str]:
        """Web origins, scheme://host[:port], separated by commas."""
        return [check_origin(name, word) for word in self.words(name, default)]

    def origin(self, name: str, default: str) -> str:
        """One web origin, scheme://host[:port]."""
        return check_origin(name, self.text(name, default))

    def rate(self, name: str, default: str) -> tuple[int, int]:
        """`600/minute` as (600, 60): how many requests in how many seconds."""
        seconds = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
        value = self.text(name, default)
        count, _, period = value.partition("/")
        if not count.isascii() or not count.isdigit() or int(count) < 1 or period not in seconds:
            raise ImproperlyConfigured(f"{name} is {value!r}; write a rate like 600/minute.")
        return int(count), seconds[period]

    def exclude(self, one: str, other: str, *, both: bool) -> None:
        """Refuse two variables that say opposite things."""
        if both:
            raise ImproperlyConfigured(f"{one} and {other} are both true; set one of them.")


def check_origin(name: str, origin: str) -> str:
    scheme, separator, rest = origin.partition("://")
    if scheme not in {"http", "https"} or not separator or not ORIGIN.fullmatch(rest):
        raise ImproperlyConfigured(f"{name} has {origin!r}; write origins like https://shop.example.")
    return origin


def kept_secret(file: Path) -> str:
    """The file's secret, made now if it is not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists():
        with NamedTemporaryFile("w", dir=file.parent) as new:  # only its owner reads it
            new.write(token_urlsafe(50))
            new.flush()
            with contextlib.suppress(FileExistsError):  # another process was first; its secret counts, and is whole
                os.link(new.name, file)
    return file.read_text()


def broker_url(redis_url: str) -> str:
    """Celery's spelling of a Redis address; it differs for a Unix socket."""
    address, _, database = redis_url.removeprefix("unix://").partition("?db=")
    return f"redis+socket://{address}?virtual_host={database or 0}" if redis_url.startswith("unix://") else redis_url


def media_origins(public_url: str, storage: Mapping[str, Any]) -> list[str]:
    """Where pictures come from that a bucket keeps: its public address, or the server that it is on."""
    if public_url or storage["endpoint_url"]:
        scheme, _, rest = (public_url or storage["endpoint_url"]).partition("://")
        return [f"{scheme}://{rest.partition('/')[0]}"]
    hosts = ["s3.amazonaws.com", *([f"s3.{storage['region_name']}.amazonaws.com"] if storage["region_name"] else [])]
    return [f"https://{storage['bucket_name']}.{host}" for host in hosts]


def known_languages(folder: Path) -> list[tuple[str, str]]:
    """English, and every language that there is a catalogue of the shop's sentences in, each by its own name."""
    others = [code for code, _name in LANGUAGES if (folder / to_locale(code)).is_dir()]
    return [(code, LANG_INFO[code]["name_local"]) for code in ["en", *others]]
