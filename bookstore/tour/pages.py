"""How the tour is written down: for a terminal, or as a page of the documentation."""

import json
import textwrap
from collections.abc import Callable
from http.client import responses
from typing import Any

WIDTH = 100
LONGEST_TEXT = 90
SECRETS = {"access", "refresh", "token", "client_secret", "Authorization", "X-Cart-Token"}
SHOWN_OF_A_SECRET = 20
SHOWN_OF_A_LIST = 1


class Page:
    """The tour in a terminal."""

    def __init__(self, say: Callable[[str], Any]) -> None:
        self.say = say

    def opening(self, base_url: str) -> None:
        self.say(f"A tour of the shop at {base_url}")

    def chapter(self, title: str) -> None:
        self.say(f"\n\n{title}\n{'=' * len(title)}")

    def step(self, number: int, title: str, prose: str) -> None:
        self.say(f"\n{number}. {title}")
        self.note(prose)

    def note(self, prose: str) -> None:
        self.say(textwrap.fill(prose, WIDTH, initial_indent="   ", subsequent_indent="   "))

    def request(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.say(self.indented("   > ", f"{method} {path}", headers, body))

    def answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        self.say(self.indented("   < ", f"{status} {responses.get(status, '')}", headers, body))

    @staticmethod
    def indented(mark: str, first: str, headers: dict[str, str], body: Any) -> str:
        return "".join(f"\n{mark}{line}".rstrip(" ") for line in message(first, headers, body).splitlines())

    def closing(self, steps: int) -> None:
        self.say(f"\nThe tour ends here: {steps} steps, each answered as it should be.")


class MarkdownPage(Page):
    """The tour as a page of the documentation."""

    def opening(self, base_url: str) -> None:
        self.say("# A tour of the shop\n")
        self.say(f"Written by `manage.py tour --format markdown` against {base_url}. Long texts and lists are cut (…).")

    def chapter(self, title: str) -> None:
        self.say(f"\n## {title}")

    def step(self, number: int, title: str, prose: str) -> None:
        self.say(f"\n### {number}. {title}\n")
        self.note(prose)

    def note(self, prose: str) -> None:
        self.say(textwrap.fill(prose, 120))

    def request(self, method: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.say(f"\n```http\n{message(f'{method} {path} HTTP/1.1', headers, body)}\n```")

    def answer(self, status: int, headers: dict[str, str], body: Any) -> None:
        first = f"HTTP/1.1 {status} {responses.get(status, '')}"
        self.say(f"\n```http\n{message(first, headers, body)}\n```")

    def closing(self, steps: int) -> None:
        pass


FORMATS: dict[str, type[Page]] = {"text": Page, "markdown": MarkdownPage}


def message(first: str, headers: dict[str, str], body: Any) -> str:
    """A request or an answer as it is on the wire, with what is long cut short."""
    lines = [first, *(f"{name}: {shortened(value, name)}" for name, value in headers.items())]
    if body not in (None, ""):
        lines += ["", body if isinstance(body, str) else pretty(shortened(body))]
    return "\n".join(lines)


def shortened(value: Any, name: str = "") -> Any:
    """The value with long texts cut, secrets cut shorter, and of each list its beginning."""
    if isinstance(value, dict):
        return {key: shortened(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        left = len(value) - SHOWN_OF_A_LIST
        shown = [shortened(inner) for inner in value[:SHOWN_OF_A_LIST]]
        return [*shown, f"… {left} more"] if left > 0 else shown
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
    inner = (f"{deeper}{json.dumps(name)}: {pretty(one, deeper)}" for name, one in value.items())
    return "{\n" + ",\n".join(inner) + f"\n{indent}}}"
