"""How many purchases a second the shop can take, and whether it sells too much or stumbles when many want the same.

    .venv/bin/python -m benchmarks.checkout

It makes a shop of its own in var/benchmark-checkout, serves it as `make run` does, with every middleware on, and buys
there over HTTP. A whole purchase is three requests: put into the cart (one for each book), check out, pay. For a
measure of the machine, the same clients ask the same server for the reader's own account just before.
"""

import argparse
import http.client
import json
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.serving import ROOT, served

PORT = 8097
OFFERS = 40
ADDRESS = {"first_name": "Rosa", "last_name": "Reader", "line1": "Lindenstr. 5", "postal_code": "10969",
           "city": "Berlin", "country": "DE"}  # fmt: skip


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--purchases", type=int, default=2000)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--data-dir", type=Path, default=ROOT / "var" / "benchmark-checkout")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    os.environ["DATA_DIR"] = str(options.data_dir.resolve())
    os.environ["RATE_LIMIT_TRUSTED"] = "127.0.0.1"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django
    from django.conf import settings

    with settings.EMBEDDED.lease():
        django.setup()
        from benchmarks.readers import make_shop

        (options.data_dir / "log").mkdir(exist_ok=True)
        shop = make_shop(offers=OFFERS, readers=max(options.clients, 32) + 1)
        with served(PORT, options.data_dir):
            one_book = everyday(shop, options.clients, options.purchases // 4, most=1)
            baskets = everyday(shop, options.clients, options.purchases, most=4)
            rush(shop)
            taps(shop)
    print(f"\nA purchase of one book costs as much as {one_book:.1f} requests for one's own account, ", end="")
    print(f"one of one to four books as much as {baskets:.1f}.")


class Reader:
    """A reader with a connection that stays open."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        self.connection.request(method, f"/api/v1/{path}", None if body is None else json.dumps(body), sent)
        response = self.connection.getresponse()
        content = response.read()
        return response.status, json.loads(content) if content else None

    def buy(self, offers: Iterable[str], method: str, key: str = "") -> str:
        """Buy one copy of each; say how it ended."""
        for offer in offers:
            status, answer = self.ask("POST", "cart/items/", {"offer": offer, "quantity": 1})
            if status != 201:
                return f"{status} {answer['code']}"
        wanted = {"shipping_address": ADDRESS, "shipping_method": method, "payment_method": "test"}
        status, purchase = self.ask("POST", "checkout/", wanted, **{"Idempotency-Key": key or uuid4().hex})
        if status != 201:
            return f"{status} {purchase['code']}"
        status, payment = self.ask("POST", f"payments/{purchase['payment']['id']}/simulate/", {"outcome": "succeed"})
        return payment["status"] if status == 200 else f"{status} {payment['code']}"


def together(work: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
    everything = list(items)
    with ThreadPoolExecutor(len(everything)) as threads:
        return list(threads.map(work, everything))


def everyday(shop: Any, clients: int, purchases: int, *, most: int) -> float:
    """Overlapping baskets of one book or up to so many; returns the ratio to a plain request."""
    readers = [Reader(token) for token in shop.tokens[:clients]]
    share = purchases // clients

    def look(reader: Reader) -> None:
        for _ in range(share):
            reader.ask("GET", "me/")

    def shopping(reader: Reader) -> Counter[str]:
        reader.connection.close()  # the server has, where it waited for the others; it is opened again
        chance = random.Random(reader.token)
        return Counter(
            reader.buy(chance.sample(shop.offers, chance.randint(1, most)), shop.method) for _ in range(share)
        )

    count = share * len(readers)
    looked = timed(lambda: together(look, readers))
    before = shop.deadlocks()
    results: list[Counter[str]] = []
    took = timed(lambda: results.extend(together(shopping, readers)))
    outcomes = sum(results, Counter())
    print(f"{count} purchases of 1 to {most} books by {len(readers)} clients: {count / took:.1f} a second")
    print(f"  {dict(outcomes)}, deadlocks: {shop.deadlocks() - before}, books kept right: {shop.is_in_order()}")
    print(f"  beside it: {count / looked:.0f} requests a second for one's own account")
    return took / looked


def rush(shop: Any) -> None:
    """32 readers, ten copies."""
    offer = shop.make_offer(10)
    readers = [Reader(token) for token in shop.tokens[:32]]
    outcomes = Counter(together(lambda reader: reader.buy([offer], shop.method), readers))
    print(f"32 clients, 10 copies: {dict(outcomes)}, left: {shop.left(offer)}")


def taps(shop: Any) -> None:
    """Six taps on one button."""
    offer = shop.make_offer(100)
    token = shop.tokens[-1]
    Reader(token).ask("POST", "cart/items/", {"offer": offer, "quantity": 1})
    before = shop.purchases()
    outcomes = Counter(together(lambda _: Reader(token).buy([], shop.method, key="tap"), range(6)))
    print(f"six taps with one key: {shop.purchases() - before} purchase, {dict(outcomes)}")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
