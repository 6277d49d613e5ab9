"""Who is asking: the address of the client, believed from nobody but trusted proxies."""

from collections.abc import Iterable
from contextvars import ContextVar
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address
LONGEST_PROGRAM = 300
NOWHERE = ip_address("0.0.0.0")  # noqa: S104 - a peer without an address, as on a Unix socket
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)  # set by the middleware


def client_address(request: HttpRequest) -> Address:
    """The last address in X-Forwarded-For that no trusted proxy (TRUSTED_PROXIES) stands at.

    Read from the right: what stands left of the first untrusted address is the client's own claim.
    """
    address = peer(request)
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while is_in(address, settings.TRUSTED_PROXIES) and forwarded:
        claimed = read_address(forwarded.pop())
        if claimed is None:
            break
        address = claimed
    return address


def peer(request: HttpRequest) -> Address:
    return read_address(request.META.get("REMOTE_ADDR", "")) or NOWHERE


def comes_from_proxy(request: HttpRequest) -> bool:
    return is_in(peer(request), settings.TRUSTED_PROXIES)


@lru_cache(maxsize=10_000)
def read_address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_in(address: Address, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


@lru_cache(maxsize=10_000)
def neighbourhood(address: Address) -> str:
    """What one client can have: an IPv4 address, or the 64 bits that an IPv6 customer is given."""
    return str(address) if address.version == 4 else f"{address.exploded[:19]}::/64"


def asking() -> tuple[str | None, str]:
    """The address and the program that the current request comes from; nothing where there is no request."""
    request = current_request.get()
    if request is None:
        return None, ""
    address = client_address(request)
    return (None if address == NOWHERE else str(address)), program_of(request)


def program_of(request: HttpRequest) -> str:
    """What the client calls itself, as far as it can be shown."""
    agent = "".join(letter for letter in request.headers.get("User-Agent", "") if letter.isprintable())
    return agent[:LONGEST_PROGRAM]
