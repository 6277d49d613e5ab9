"""Requests that the shop makes to addresses which others gave it: to public servers only, and never for long.

A host is looked up once, and the connection is made to what was found then; a name that answers differently the second
time leads nowhere. Every redirect is examined as the first address was.
"""

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPException
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

LONGEST_URL = 2_000
MOST_REDIRECTS = 3
ADDRESSES_TRIED = 3
CONNECTS_WITHIN = 5.0  # seconds
REDIRECTS = frozenset([301, 302, 303, 307, 308])
PORTS = {"http": 80, "https": 443}
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62}\.)*[a-z0-9_-]{1,63}", re.ASCII)
LIKE_A_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*", re.ASCII)

# Public by their numbers, and yet no public servers: addresses that carry an IPv4 address inside, and Azure's own.
NEVER = [
    ip_network(each)
    for each in (
        *("::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fec0::/10"),
        *("100.64.0.0/10", "168.63.129.16/32", "192.88.99.0/24"),
    )
]

Address = IPv4Address | IPv6Address


class Refused(Exception):
    """An address that the shop does not ask, now or later."""


class Failed(Exception):
    """No answer, or none that can be used; another time there may be one."""

    def __init__(self, reason: Any, *, is_overloaded: bool = False, wait: int = 0) -> None:
        super().__init__(reason)
        self.is_overloaded, self.wait = is_overloaded, wait


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def check_url(url: str) -> SplitResult:
    """The parts of an address that the shop may ask, as far as its spelling tells. Raises Refused."""
    if len(url) > LONGEST_URL:
        raise Refused(_("The address is too long."))
    if any(character <= " " or character == "\x7f" or character == "\\" for character in url):
        raise Refused(_("The address has characters in it that no address has."))
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as error:
        raise Refused(_("This is no address.")) from error
    if parts.scheme not in PORTS:
        raise Refused(_("The address begins neither with https:// nor with http://."))
    if "@" in parts.netloc:
        raise Refused(_("The address has a user name or a password in it."))
    if port is not None and port not in settings.OUTGOING_PORTS:
        raise Refused(_("The address names an unusual port."))
    as_host(host or "")
    return parts


def as_host(name: str) -> str:
    """A host name or a plain IP address, as one looks it up. Raises Refused."""
    try:
        return str(ip_address(name))
    except ValueError:
        pass
    try:
        host = name.removesuffix(".").encode("idna").decode().lower()
    except UnicodeError as error:
        raise Refused(_("This is no host name.")) from error
    if not NAME.fullmatch(host) or LIKE_A_NUMBER.fullmatch(host):
        raise Refused(_("This is no host name."))
    return host


def look_up(host: str, port: int) -> list[str]:
    """The addresses of a public server. Raises Refused where any that the name stands for is not public."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Failed(_("The host is not found."), is_overloaded=True) from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or not all(is_public(each) for each in addresses):
        raise Refused(_("The address leads into a private network."))
    return addresses[:ADDRESSES_TRIED]


def is_public(text: str) -> bool:
    """Whether an address may be asked: one of the internet's, or one that OUTGOING_TRUSTED names."""
    if "%" in text:
        return False
    address = ip_address(text)
    if any(address in network for network in settings.OUTGOING_TRUSTED):
        return True
    if any(address in network for network in NEVER):
        return False
    return address.is_global and not (
        address.is_multicast or address.is_reserved or address.is_private or address.is_unspecified
        or address.is_loopback or address.is_link_local
    )  # fmt: skip


class ToAddress:
    """A connection to the addresses that were looked up, the first that answers, whatever the name means by now."""

    addresses: Sequence[str] = ()
    line: socket.socket | None = None
    is_over = False

    def _new_conn(self) -> socket.socket:
        made = self.first_that_answers()
        self.line = made.dup()  # TLS takes the first one over; this one can still end it
        if self.is_over:
            self.hang_up()
        return made

    def first_that_answers(self) -> socket.socket:
        failed: OSError = TimeoutError()
        for address in self.addresses:
            if not self.is_over:
                try:
                    return socket.create_connection((address, self.port), CONNECTS_WITHIN)  # type: ignore[attr-defined]
                except OSError as error:
                    failed = error
        raise failed

    def hang_up(self) -> None:
        self.is_over = True
        with contextlib.suppress(OSError):
            if self.line is not None:
                self.line.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        if self.line is not None:
            self.line.close()


class PlainConnection(ToAddress, HTTPConnection):
    pass


class SecureConnection(ToAddress, HTTPSConnection):
    pass


def get(url: str, *, headers: Mapping[str, str], limit: int, seconds: float) -> Answer:
    """Ask for a file of so many bytes at most, within so many seconds in all. Raises Refused or Failed."""
    ends = time.monotonic() + seconds
    for _hop in range(MOST_REDIRECTS + 1):
        answer = ask_once(url, headers, limit, ends)
        place = answer.headers.get("location")
        if answer.status not in REDIRECTS or not place:
            return answer
        try:
            url = urljoin(url, place)
        except ValueError as error:
            raise Refused(_("It leads on to what is no address.")) from error
    raise Failed(_("It leads on and on to other addresses."))


def ask_once(url: str, headers: Mapping[str, str], limit: int, ends: float) -> Answer:
    parts = check_url(url)
    host, port = as_host(parts.hostname or ""), parts.port or PORTS[parts.scheme]
    kind = SecureConnection if parts.scheme == "https" else PlainConnection
    connection = kind(host, port, timeout=CONNECTS_WITHIN)
    connection.addresses = look_up(host, port)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with ended_at(connection, ends) as is_over:
        try:
            connection.request(
                "GET", as_ascii(path), headers=dict(headers), preload_content=False, decode_content=False
            )
            response = connection.getresponse()
            body = b"" if response.status in REDIRECTS else b"".join(within(response, limit))
        except (HTTPError, HTTPException, OSError, ValueError) as error:
            reason = _("It took too long.") if is_over() else f"{type(error).__name__}: {error}"
            raise Failed(reason, is_overloaded=True) from error
        if is_over():
            raise Failed(_("It took too long."), is_overloaded=True)
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)


def as_ascii(path: str) -> str:
    """Letters outside of ASCII as addresses write them; what is escaped stays as it is."""
    return "".join(each if each < "\x80" else "".join(f"%{byte:02X}" for byte in each.encode()) for each in path)


def within(response: Any, limit: int) -> Iterator[bytes]:
    size = 0
    while chunk := response.read(65_536):
        size += len(chunk)
        if size > limit:
            raise Refused(_("The file is too large."))
        yield chunk


@contextlib.contextmanager
def ended_at(connection: Any, ends: float) -> Iterator[Any]:
    """Hang up when the time is over, however slowly bytes come in; asked afterwards, say whether it was."""

    def is_over() -> bool:
        return time.monotonic() >= ends

    clock = threading.Timer(max(ends - time.monotonic(), 0.0), connection.hang_up)
    clock.daemon = True
    clock.start()
    try:
        yield is_over
    finally:
        clock.cancel()
        connection.close()
        connection.let_go()
