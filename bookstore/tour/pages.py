"""How the tour is written down: for a terminal, or as a page of the documentation."""

import json
import re
import textwrap
from collections.abc import Callable
from http.client import responses
from typing import Any

PROSE_WIDTH, WIDTH = 100, 120
LONGEST_TEXT = 90
SECRETS = {"access", "refresh", "token", "client_secret", "Authorization", "X-Cart-Token"}
SECRET_IN_ADDRESS = re.compile(r"(?<=[?&]token=)([^&]+)")
SHOWN_OF_A_SECRET = 20
SHOWN_OF_A_LIST = 1
SHORT, SHORT_ITEMS_SHOWN = 140, 6
WORTH_A_REFERENCE = 60  # characters; shorter ones are shown again
FEW_DIFFERENCES = 0.4  # of an object's names
AS_ABOVE, REST_AS_ABOVE = "… as above", "the rest as above"

HOW_TO_READ = (
    "What stands above already is not repeated (“… as above”), and long texts and lists are cut (…). Requests with a "
    "body also have `Content-Type: application/json`. Every answer has more headers than are shown here, and every "
    "address is described at /api/v1/docs/ of a running shop."
)


class Page:
    """The tour in a terminal."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        self.say, self.shown = say, Shown()

    def opening(self, base_url: str) -> None:
        self.say(f"A tour of the shop at {base_url}\n")
        self.note(HOW_TO_READ)

    def chapter(self, title: str) -> None:
        self.say(f"\n\n{title}\n{'=' * len(title)}")

    def step(self, number: int, title: str, prose: str) -> None:
        self.say(f"\n{number}. {title}")
        self.note(prose)

    def note(self, prose: str) -> None:
        self.say(textwrap.fill(prose, PROSE_WIDTH, initial_indent="   ", subsequent_indent="   "))

    def request(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.say(self.indented("   > ", f"{method} {without_secrets(path)}", headers, body))

    def answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        self.say(self.indented("   < ", f"{status} {responses.get(status, '')}", headers, body))

    def indented(self, mark: str, first: str, headers: dict[str, str], body: Any) -> str:
        return "".join(f"\n{mark}{line}".rstrip(" ") for line in self.message(first, headers, body).splitlines())

    def message(self, first: str, headers: dict[str, str], body: Any) -> str:
        """A request or an answer as it is on the wire, without what was shown before, and with what is long cut."""
        lines = [first, *(f"{name}: {shortened(value, name)}" for name, value in headers.items())]
        if body not in (None, ""):
            lines += ["", body if isinstance(body, str) else pretty(shortened(self.shown.news_in(body)))]
        return "\n".join(lines)

    def closing(self, steps: int) -> None:
        self.say(f"\nThe tour ends here: {steps} steps, each answered as it should be.")


class MarkdownPage(Page):
    """The tour as a page of the documentation."""

    def opening(self, base_url: str) -> None:
        self.say("# A tour of the shop\n\n")
        self.note(
            "How an app talks to the shop, from sign-up to review: every request and every answer of two readers, a "
            f"seller and a guest at {base_url}. Play it yourself beside a shop that `make run` started: `manage.py "
            "tour`; this page was written by `manage.py tour --format markdown`. [The API](api.md) says what holds "
            "for all requests."
        )
        self.say("\n")
        self.note(HOW_TO_READ)

    def chapter(self, title: str) -> None:
        self.say(f"\n## {title}")

    def step(self, number: int, title: str, prose: str) -> None:
        self.say(f"\n### {number}. {title}\n\n")
        self.note(prose)

    def note(self, prose: str) -> None:
        self.say(textwrap.fill(prose, 120, break_on_hyphens=False))

    def request(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        first = f"{method} {without_secrets(path)} HTTP/1.1"
        self.say(f"\n```http\n{self.message(first, headers, body)}\n```")

    def answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        first = f"HTTP/1.1 {status} {responses.get(status, '')}"
        self.say(f"\n```http\n{self.message(first, headers, body)}\n```")

    def closing(self, steps: int) -> None:
        pass


FORMATS: dict[str, type[Page]] = {"text": Page, "markdown": MarkdownPage}


class Shown:
    """What the page has shown, so that it says once what stays the same."""

    def __init__(self) -> None:
        self.whole: list[Any] = []
        self.latest: dict[frozenset[str], dict[str, Any]] = {}  # of the objects with these names

    def news_in(self, value: Any) -> Any:
        """The value with what was shown before left out and lists cut, and said so."""
        if isinstance(value, list):
            shown, left = beginning(value)
            return [*(self.news_in(inner) for inner in shown), *([f"… {left} more"] if left else [])]
        if not isinstance(value, dict) or len(json.dumps(value, ensure_ascii=False)) <= WORTH_A_REFERENCE:
            return value
        if value in self.whole:
            return AS_ABOVE
        self.whole.append(value)
        names = frozenset(value)
        before, self.latest[names] = self.latest.get(names, {}), value
        changed = [name for name in value if name not in before or before[name] != value[name]]
        if len(changed) > len(value) * FEW_DIFFERENCES:
            return {name: self.news_in(inner) for name, inner in value.items()}
        return {**{name: self.news_in(value[name]) for name in changed}, "…": REST_AS_ABOVE}


def beginning(items: list[Any]) -> tuple[list[Any], int]:
    """What is shown of a list, and how many are left out; of short items there are more."""
    are_short = all(len(json.dumps(shortened(item), ensure_ascii=False)) <= SHORT for item in items)
    most = SHORT_ITEMS_SHOWN if are_short else SHOWN_OF_A_LIST
    return items[:most], max(len(items) - most, 0)


def without_secrets(path: str) -> str:
    return SECRET_IN_ADDRESS.sub(lambda found: str(shortened(found[0], "token")), path)


def shortened(value: Any, name: str = "") -> Any:
    """The value with long texts cut, and secrets cut shorter."""
    if isinstance(value, dict):
        return {key: shortened(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [shortened(inner) for inner in value]
    most = SHOWN_OF_A_SECRET if name in SECRETS else LONGEST_TEXT
    return value[:most] + "…" if isinstance(value, str) and len(value) > most else value


def pretty(value: Any, indent: str = "") -> str:
    """JSON with each object and list on one line where it fits, else on several."""
    line = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(line) <= WIDTH or not isinstance(value, dict | list):
        return line
    deeper = indent + "  "
    if isinstance(value, list):
        return "[\n" + ",\n".join(deeper + pretty(inner, deeper) for inner in value) + f"\n{indent}]"
    inner = (f"{deeper}{json.dumps(name, ensure_ascii=False)}: {pretty(one, deeper)}" for name, one in value.items())
    return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
