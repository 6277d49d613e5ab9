"""What the tour's people act with: an app each, a mailbox, and a memory of what happened so far."""

import contextlib
import http.client
import json
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from bookstore.tour.mailbox import Mailbox
from bookstore.tour.pages import Page

API = "/api/v1"
TIMEOUT = 30  # seconds for one answer
LONGEST_WAIT = 60  # seconds after a 429
SHOWN_HEADERS = ("Location", "ETag", "X-Cart-Token", "Idempotent-Replayed")
WITHOUT_TOKENS = {"/auth/refresh/"}  # a token of its own is in the body
SENT_ALWAYS = {"Accept": "application/json", "Accept-Language": "en"}


class Deviation(Exception):
    """The shop did something else than the story says."""


@dataclass(frozen=True)
class Answer:
    """A status, headers and a body, read by dotted paths: `orders.0.id`."""

    asked: str
    status: int
    headers: Any
    body: Any

    def __getitem__(self, path: str) -> Any:
        value = self.body
        for name in path.split("."):
            try:
                value = value[int(name) if isinstance(value, list) else name]
            except (KeyError, IndexError, TypeError, ValueError) as error:
                raise Deviation(f"{self.asked} answered {self.status} without “{path}” in it.") from error
        return value

    def says(self, path: str, wanted: Any) -> None:
        """Raises Deviation unless this is what stands there."""
        if self[path] != wanted:
            raise Deviation(f"{self.asked} answered “{path}”: {self[path]!r}, where {wanted!r} was expected.")


class App:
    """What one person holds in the hand: it sends their tokens along, writes down what it does, and checks it."""

    def __init__(self, page: Page, base_url: str) -> None:
        self.page, self.address = page, urlsplit(base_url)
        self.access = self.refresh = self.cart_token = ""

    def ask(self, method: str, path: str, body: Any = None, *, status: int | tuple[int, ...] = 200,
            code: str = "", quietly: bool = False, **headers: str) -> Answer:  # fmt: skip
        """Ask the API; `Idempotency_Key="…"` is a header. Raises Deviation on any other status or code."""
        own = {} if path in WITHOUT_TOKENS else self.tokens()
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        if not quietly:
            self.page.request(method, API + path, own, body)
        answer = self.send(method, API + path, body, own)
        if not quietly:
            shown = {name: answer.headers[name] for name in SHOWN_HEADERS if name in answer.headers}
            if not path.startswith("/cart/") or shown.get("X-Cart-Token") == self.cart_token:
                shown.pop("X-Cart-Token", None)  # the app has it, or needs none
            self.page.answer(answer.status, shown, answer.body)
        self.cart_token = answer.headers.get("X-Cart-Token") or self.cart_token
        check(answer, status if isinstance(status, tuple) else (status,), code)
        return answer

    def get(self, path: str, query: dict[str, Any] | None = None, **options: Any) -> Answer:
        return self.ask("GET", f"{path}?{urlencode(query)}" if query else path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        return self.ask("POST", path, body, **options)

    def tokens(self) -> dict[str, str]:
        if self.access:
            return {"Authorization": f"Bearer {self.access}"}
        return {"X-Cart-Token": self.cart_token} if self.cart_token else {}

    def keep(self, answer: Answer) -> None:
        """Keep the tokens of a login; the cart is the user's from then on."""
        self.access, self.refresh, self.cart_token = answer["access"], answer["refresh"], ""

    def send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        """The answer; one of 429 is asked again after the time it names."""
        answer = self.send_once(method, path, body, headers)
        if answer.status != 429:
            return answer
        wait = min(int(answer.headers.get("Retry-After") or 1), LONGEST_WAIT)
        self.page.note(f"(429, too many requests: asked again after {wait} seconds.)")
        time.sleep(wait)
        return self.send_once(method, path, body, headers)

    def send_once(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        content = None if body is None else json.dumps(body)
        typed = {} if body is None else {"Content-Type": "application/json"}
        secure = self.address.scheme == "https"
        connect = http.client.HTTPSConnection if secure else http.client.HTTPConnection
        server = connect(self.address.hostname or "", self.address.port, timeout=TIMEOUT)
        try:
            with contextlib.closing(server):
                server.request(method, path, content, {**SENT_ALWAYS, **typed, **headers})
                response = server.getresponse()
                text = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise Deviation(f"No shop answers at {self.address.geturl()} ({error}). `make run` starts one.") from error
        return Answer(f"{method} {path}", response.status, response.headers, read_body(text))


def read_body(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


def check(answer: Answer, statuses: tuple[int, ...], code: str) -> None:
    body = answer.body if isinstance(answer.body, dict) else {}
    if answer.status not in statuses:
        wanted = " or ".join(map(str, statuses))
        blamed = "".join(f" {error['field']}: {error['message']}" for error in body.get("errors", []))
        why = f" ({body['code']}: {body['detail']}{blamed})" if "code" in body else ""
        raise Deviation(f"{answer.asked} answered {answer.status}{why}, where {wanted} was expected.")
    if code:
        answer.says("code", code)


@dataclass
class Person:
    """Somebody in the story, with an app of their own and an address that nobody had before."""

    first_name: str
    last_name: str
    app: App
    password: str = field(default_factory=lambda: f"quiet-lamp-{secrets.token_hex(4)}")
    email: str = ""

    def __post_init__(self) -> None:
        self.email = self.email or f"{self.first_name.lower()}-{secrets.token_hex(4)}@example.com"


class Stage:
    """The shop at an address, the people of the story, and what later steps need of earlier ones."""

    def __init__(self, page: Page, base_url: str, mailbox: Mailbox) -> None:
        self.page, self.base_url, self.mailbox = page, base_url.rstrip("/"), mailbox
        self.reader = self.person("Rosa", "Ramirez")
        self.second_reader = self.person("Omar", "Okafor")
        self.seller = self.person("Sal", "Seller", email="seller@example.com", password="bookstore-demo")
        self.guest = self.person("Gita", "Guest")
        self.book = self.offer = self.isbn = self.shipping_method = ""
        self.purchase = self.order = self.payment = self.review = self.tracking_number = ""

    def person(self, first_name: str, last_name: str, **fields: str) -> Person:
        return Person(first_name, last_name, App(self.page, self.base_url), **fields)

    def new_app(self) -> App:
        """Another device, or the same one with nobody signed in."""
        return App(self.page, self.base_url)

    def code_for(self, person: Person) -> str:
        return self.mail(person, self.mailbox.code(person.email))

    def mail_to(self, person: Person, pattern: str) -> str:
        """What the pattern's group finds in the newest mail that has it."""
        return self.mail(person, self.mailbox.wait_for(person.email, re.compile(pattern)))

    def mail(self, person: Person, found: str | None) -> str:
        if found is None:
            raise Deviation(
                f"The mail to {person.email} did not come to {self.mailbox.folder}, or says something else. "
                "--mail-folder names the folder of the shop that runs."
            )
        return found

    def eventually(self, look: Callable[[], Answer], path: str, wanted: Any, *, within: float = 10.0) -> None:
        """Look quietly until this stands there, as an app would poll. Raises Deviation when it never does."""
        deadline = time.monotonic() + within
        while (answer := look())[path] != wanted and time.monotonic() < deadline:
            time.sleep(0.25)
        answer.says(path, wanted)
