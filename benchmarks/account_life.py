"""The whole life of an account over HTTP, against a shop that runs (`make run`): from sign-up to erasure.

    .venv/bin/python -m benchmarks.account_life [--url http://localhost:8000] [--mail var/mail]

Each step says what it did and what the shop answered. A step that the shop cannot do is said to be missing, and those
that need it are left out; the exit status is 0 only where every step was done and answered as the handbook says.
"""

import argparse
import http.client
import io
import json
import secrets
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.serving import ROOT
from bookstore.tour.mailbox import Mailbox

API = "/api/v1"


class Deviation(Exception):
    """The shop did something else than the handbook says."""


class Missing(Exception):
    """The shop has no such address yet."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.content) if self.content else {}


@dataclass
class Device:
    """A client of its own, with tokens in memory or, as a browser, in cookies."""

    url: str
    name: str
    access: str = ""
    refresh: str = ""
    csrf: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self, method: str, path: str, body: Any = None, *, expect: int = 200, code: str = "", **more: str
    ) -> Answer:
        """The answer. Raises Missing for an address that is not there, Deviation for what is not expected."""
        headers = {"User-Agent": self.name, "Accept": "application/json", **self.credentials(method), **more}
        content = None if body is None else json.dumps(body)
        if content:
            headers["Content-Type"] = "application/json"
        answer = self.send(method, API + path, content, headers)
        if answer.status in {404, 405} and expect not in {404, 405}:
            raise Missing(f"{method} {path} answers {answer.status}")
        said = answer.body.get("code", "") if code else ""
        if (answer.status, said) != (expect, code):
            raise Deviation(
                f"{method} {path}: {answer.status} {said or answer.content[:200]!r}, expected {expect} {code}"
            )
        return answer

    def credentials(self, method: str) -> dict[str, str]:
        if self.cookies:
            kept = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            return {"Cookie": kept, **({} if method == "GET" else {"X-CSRFToken": self.csrf})}
        return {"Authorization": f"Bearer {self.access}"} if self.access else {}

    def send(self, method: str, path: str, content: str | None, headers: dict[str, str]) -> Answer:
        place = urlsplit(self.url)
        connect = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        connection = connect(place.hostname or "", place.port, timeout=30)
        try:
            connection.request(method, path, content, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        except OSError as error:
            sys.exit(f"No shop answers at {self.url} ({error}). `make run` starts one.")
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            for name, cookie in SimpleCookie(line).items():
                self.cookies[name] = cookie.value
                if not cookie.value:
                    del self.cookies[name]
        return answer

    def keep(self, answer: Answer) -> None:
        self.access, self.refresh = answer.body["access"], answer.body["refresh"]

    def log_in(self, email: str, password: str) -> None:
        self.access = ""
        self.keep(self.ask("POST", "/auth/login/", {"email": email, "password": password, "device_name": self.name}))

    def is_refused(self) -> None:
        self.ask("GET", "/me/", expect=401, code="session_ended")


@dataclass
class Life:
    """One person, their devices and their mails."""

    mailbox: Mailbox
    phone: Device
    laptop: Device
    browser: Device
    email: str = field(default_factory=lambda: f"life-{secrets.token_hex(6)}@example.com")
    password: str = "three-quiet-lamps"

    def code(self) -> str:
        code = self.mailbox.code(self.email)
        if code is None:
            raise Deviation("no mail with a code came")
        return code

    def new_code(self, old: str) -> str:
        """The code of a mail that came after the one with the old code."""
        code = next((found for _ in range(40) if (found := self.code()) != old), old)
        if code == old:
            raise Deviation("no new code came")
        return code


# ---- the steps, in the order of a life ---------------------------------------------------------------------------


def sign_up(life: Life) -> None:
    body = {"email": life.email, "password": life.password, "first_name": "Rosa", "last_name": "Reader"}
    life.phone.ask("POST", "/auth/signup/", body, expect=202)


def nobody_signs_in_before_the_address_is_verified(life: Life) -> None:
    body = {"email": life.email, "password": life.password}
    life.phone.ask("POST", "/auth/login/", body, expect=403, code="email_not_verified")


def verify_with_the_code_of_the_mail(life: Life) -> None:
    life.phone.keep(life.phone.ask("POST", "/auth/verify-email/", {"email": life.email, "code": life.code()}))


def look_at_the_profile(life: Life) -> None:
    me = life.phone.ask("GET", "/me/").body
    if (me["email"], me["email_verified"], me["roles"]) != (life.email, True, ["customer"]):
        raise Deviation(f"the profile is {me}")


def sign_in_on_another_device(life: Life) -> None:
    life.laptop.log_in(life.email, life.password)


def sign_in_in_a_browser_by_cookie(life: Life) -> None:
    wanted = {"email": life.email, "password": life.password}
    answer = life.browser.ask("POST", "/auth/login/", wanted, **{"X-Auth-Transport": "cookie"})
    if "access" in answer.body or "HttpOnly" not in str(answer.headers):
        raise Deviation("tokens are where scripts can read them")
    life.browser.csrf = answer.body["csrf_token"]
    life.browser.ask("PATCH", "/me/", {"first_name": "Rosa"})
    life.browser.ask("POST", "/auth/refresh/")
    life.browser.ask("POST", "/auth/logout/", expect=204)
    if set(life.browser.cookies) - {"bookstore_csrf"}:
        raise Deviation(f"cookies are left: {sorted(life.browser.cookies)}")


def end_the_other_device(life: Life) -> None:
    devices = life.phone.ask("GET", "/me/sessions/").body["results"]
    [other] = [device["id"] for device in devices if not device["current"]]
    life.phone.ask("DELETE", f"/me/sessions/{other}/", expect=204)
    life.laptop.is_refused()
    life.phone.ask("GET", "/me/")


def refresh_once(life: Life) -> None:
    old = life.phone.refresh
    life.phone.keep(life.phone.ask("POST", "/auth/refresh/", {"refresh": old}))
    life.phone.ask("POST", "/auth/refresh/", {"refresh": old}, expect=409, code="refreshed_meanwhile")
    life.phone.ask("GET", "/me/")


def change_the_password(life: Life) -> None:
    life.laptop.log_in(life.email, life.password)
    new = "four-quiet-lamps"
    life.phone.ask(
        "POST", "/auth/password/change/", {"current_password": life.password, "new_password": new}, expect=204
    )
    life.password = new
    life.laptop.is_refused()
    life.phone.ask("GET", "/me/")


def reset_a_forgotten_password(life: Life) -> None:
    old = life.code()
    life.laptop.access = ""
    life.laptop.ask("POST", "/auth/password/forgot/", {"email": life.email}, expect=202)
    new = "five-quiet-lamps"
    body = {"email": life.email, "code": life.new_code(old), "new_password": new}
    life.laptop.ask("POST", "/auth/password/reset/", body, expect=204)
    life.password = new
    life.phone.is_refused()
    life.phone.log_in(life.email, life.password)


def export_everything(life: Life) -> None:
    answer = life.phone.ask("GET", "/me/export/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as export:
        told = "".join(export.read(name).decode() for name in export.namelist())
    if life.email not in told:
        raise Deviation("the export does not name the address")


def erase_the_account(life: Life) -> None:
    life.phone.ask("DELETE", "/me/", {"password": "not-my-password"}, expect=400)
    life.phone.ask("DELETE", "/me/", {"password": life.password}, expect=204)
    life.phone.is_refused()
    body = {"email": life.email, "password": life.password}
    life.laptop.access = ""
    life.laptop.ask("POST", "/auth/login/", body, expect=401, code="invalid_credentials")


STEPS: list[Callable[[Life], None]] = [
    sign_up,
    nobody_signs_in_before_the_address_is_verified,
    verify_with_the_code_of_the_mail,
    look_at_the_profile,
    sign_in_on_another_device,
    end_the_other_device,
    sign_in_in_a_browser_by_cookie,
    refresh_once,
    change_the_password,
    reset_a_forgotten_password,
    export_everything,
    erase_the_account,
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:8000")
    parser.add_argument("--mail", type=Path, default=ROOT / "var" / "mail", help="where the shop leaves its mails")
    options = parser.parse_args()
    devices = [Device(options.url, name) for name in ("Rosa's phone", "Rosa's laptop", "Rosa's browser")]
    sys.exit(0 if live(Life(Mailbox(options.mail), *devices)) else 1)


def live(life: Life) -> bool:
    """Whether every step was done. What follows a failure may fail for it, and is tried all the same."""
    done = 0
    for step in STEPS:
        name = step.__name__.replace("_", " ")
        try:
            step(life)
        except Missing as error:
            print(f"missing  {name}: {error}")
        except Deviation as error:
            print(f"FAILED   {name}: {error}")
        else:
            done += 1
            print(f"done     {name}")
    print(f"\n{done} of {len(STEPS)} steps were done.")
    return done == len(STEPS)


if __name__ == "__main__":
    main()
