"""A shop from its opening to its closing."""

import contextlib
import http.client
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection

from bookstore.embedded import EmbeddedServerError
from bookstore.supervisor.children import Child, programs
from bookstore.supervisor.preparing import ShopError, make_sure_port_is_free, only_shop, prepare

ANSWERS_WITHIN = 60.0  # seconds from the web server's start to its first answer
STOPS_WITHIN = 10.0
DEMO_LOGINS = ("reader@example.com", "seller@example.com", "admin@example.com")
DEMO_PASSWORD = "bookstore-demo"


class StopAskedFor(BaseException):
    """Somebody pressed Ctrl-C, closed the terminal or sent SIGTERM."""


@dataclass
class Shop:
    """A shop on this machine: what is prepared before it opens, and the programs that are it."""

    host: str
    port: int
    demo: bool
    say: Callable[[str], None]

    def __post_init__(self) -> None:
        self.hurry = self.stop_asked = self.undisturbed = False
        self.children: list[Child] = []

    @property
    def url(self) -> str:
        shown = "localhost" if self.host in {"127.0.0.1", "0.0.0.0", "::", "::1", ""} else self.host  # noqa: S104 - compared, not bound
        return f"http://{f'[{shown}]' if ':' in shown else shown}:{self.port}"

    def run(self) -> None:
        """Run until asked to stop. Raises ShopError or EmbeddedServerError where it cannot start."""
        began = time.monotonic()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        try:
            with only_shop(self.url):
                make_sure_port_is_free(self.host, self.port)
                with settings.EMBEDDED.lease():
                    prepare(self.demo, self.say)
                    try:
                        self._open(began)
                    finally:
                        self._stop_children()
        except StopAskedFor:
            self.say("Stopped.")

    def _stop(self, number: int, _frame: object) -> None:
        for caught in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(caught, self._hurry)
        self.say("" if number == signal.SIGINT else f"Received {signal.Signals(number).name}.")
        self.say("Stopping …")
        self.stop_asked = True
        if not self.undisturbed:
            raise StopAskedFor

    def _hurry(self, number: int, _frame: object) -> None:
        self.hurry = self.hurry or number == signal.SIGINT

    @contextlib.contextmanager
    def _undisturbed(self) -> Iterator[None]:
        """Put a stop off until the block has ended, so that no child is started and then forgotten."""
        self.undisturbed = True
        try:
            yield
        finally:
            self.undisturbed = False
        if self.stop_asked:
            raise StopAskedFor

    # ---- while it is open ------------------------------------------------------------------------------------

    def _open(self, began: float) -> None:
        has_demo = get_user_model().objects.filter(email=DEMO_LOGINS[0]).exists()
        connection.close()
        web, *others = programs(self.host, self.port, self.url)
        self.children = [web]
        with self._undisturbed():
            web.start()
        self._wait_for_first_answer(web)
        for line in self._banner(has_demo, time.monotonic() - began):
            self.say(line)
        self.children = [web, *others]
        while True:
            with self._undisturbed():
                for child in self.children:
                    child.look_after(self.say)
            self._look_after_servers()
            time.sleep(0.25)

    def _wait_for_first_answer(self, web: Child) -> None:
        deadline = time.monotonic() + ANSWERS_WITHIN
        while not self._answers():
            if not web.is_running() or time.monotonic() > deadline:
                lines = web.log.read_text(errors="replace").splitlines()[-15:]
                raise ShopError(
                    "\n".join(["The web server does not answer. The end of its log:", *lines, str(web.log)])
                )
            time.sleep(0.05)

    def _answers(self) -> bool:
        host = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound
        page = http.client.HTTPConnection(host, self.port, timeout=10)
        try:
            page.request("GET", "/health/live/")
            return page.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            page.close()

    def _look_after_servers(self) -> None:
        try:
            if settings.EMBEDDED.keep_running():
                self.say("The shop's own PostgreSQL and Redis had lost their keeper; they run again.")
        except EmbeddedServerError as error:
            self.say(f"{error}\nTrying again.")
            time.sleep(5)

    def _banner(self, has_demo: bool, seconds: float) -> list[str]:
        lines = [
            ("API", f"{self.url}/api/v1/"),
            ("Documentation", f"{self.url}/api/v1/docs/"),
            ("Console", f"{self.url}/console/"),
        ]
        if has_demo:
            lines.append(("Demo logins", f"{', '.join(DEMO_LOGINS)}; password {DEMO_PASSWORD}"))
        lines += [
            ("Mails", f"{settings.EMAIL_FILE_PATH}/, or {self.url}/console/bookstore/outboxmessage/"),
            ("Logs", f"{settings.DATA_DIR / 'log'}/"),
            ("Commands", f"DATA_DIR='{settings.DATA_DIR}' {shown(Path(sys.executable))} manage.py …"),
            ("Stop", "Ctrl-C"),
        ]
        title = f"The shop is open (after {seconds:.1f} s)."
        banner = ["", title, "", *(f"  {label:<15}{text}" for label, text in lines), ""]
        if has_demo and self.host not in {"127.0.0.1", "::1", "localhost"}:
            banner += ["  Anybody who reaches this machine can use the demo logins; change their passwords.", ""]
        return banner

    # ---- when it closes --------------------------------------------------------------------------------------

    def _stop_children(self) -> None:
        deadline = time.monotonic() + STOPS_WITHIN
        for child in self.children:
            child.terminate()
        while any(child.is_running() for child in self.children) and time.monotonic() < deadline and not self.hurry:
            time.sleep(0.05)
        for child in self.children:
            if child.is_running():
                self.say(f"The {child.name} process did not stop in time; ending it.")
            child.kill()


def shown(path: Path) -> str:
    """The path as one would type it here."""
    with contextlib.suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return str(path)
