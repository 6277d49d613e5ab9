"""Read the mails that a shop on this machine leaves in a folder."""

import email
import email.policy
import re
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

BETWEEN_MESSAGES = b"\n" + b"-" * 79 + b"\n"  # Django's file backend writes this after each
ADDRESS = re.compile(r"https?://\S+")
CODE = re.compile(r"(?<![\w-])(\d{6})(?![\w-])")
LOOKS_EVERY = 0.2  # seconds


class Mailbox:
    """A folder of mails, one or more to a file."""

    def __init__(self, folder: Path, *, patience: float = 30.0) -> None:
        self.folder, self.patience = folder, patience

    def code(self, to: str) -> str | None:
        """The six digits in the newest mail to the address that has any, when it comes; None when none comes."""
        return self.wait_for(to, CODE, without_addresses=True)

    def wait_for(self, to: str, pattern: re.Pattern[str], *, without_addresses: bool = False) -> str | None:
        """What the pattern's group finds in the newest mail to the address that has it, when such a mail comes."""
        deadline = time.monotonic() + self.patience
        while True:
            for text in self.texts(to):
                found = pattern.search(ADDRESS.sub(" ", text) if without_addresses else text)
                if found:
                    return found[1]
            if time.monotonic() > deadline:
                return None
            time.sleep(LOOKS_EVERY)

    def texts(self, to: str) -> Iterator[str]:
        """Subject and plain text of each mail to the address, the newest first."""
        for message in self.messages():
            if to.lower() in recipients(message):
                body = message.get_body(("plain", "html"))
                yield f"{message['Subject'] or ''}\n\n{body.get_content() if body else ''}"

    def messages(self) -> Iterator[EmailMessage]:
        files = [path for path in self.folder.glob("*") if path.is_file()] if self.folder.is_dir() else []
        for path in sorted(files, key=lambda path: (path.stat().st_mtime_ns, path.name), reverse=True):
            for text in reversed(path.read_bytes().replace(b"\r\n", b"\n").split(BETWEEN_MESSAGES)):
                if text.strip():
                    yield email.message_from_bytes(text + b"\n", policy=email.policy.default)


def recipients(message: EmailMessage) -> set[str]:
    headers = message.get_all("To", [])
    return {address.addr_spec.lower() for header in headers for address in header.addresses}
