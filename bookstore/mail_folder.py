"""Mails as files, for a shop without a mail server: one `.eml` file each, in EMAIL_FILE_PATH."""

import os
import re
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from uuid6 import uuid7

UNSAFE = re.compile(r"[^A-Za-z0-9@._+-]")


class EmailBackend(BaseEmailBackend):
    """Files that only their owner reads, whole from the moment they appear; a mail sent twice makes two."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        written = 0
        for message in messages:
            try:
                self.write(message)
                written += 1
            except OSError:
                if not self.fail_silently:
                    raise
        return written

    def write(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".part", delete=False) as file:
            try:
                file.write(message.message().as_bytes())
                file.flush()
                os.fsync(file.fileno())
                os.replace(file.name, self.folder / file_name(message))
            except BaseException:
                os.unlink(file.name)
                raise


def file_name(message: EmailMessage) -> str:
    """When, to whom, and which: `20261121-035612-042871_rosa@example.com_019aa4d2-….eml`."""
    recipient = parseaddr(next(iter(message.recipients()), ""))[1]
    safe = UNSAFE.sub("-", recipient)[:64] or "nobody"
    return f"{timezone.now():%Y%m%d-%H%M%S-%f}_{safe}_{id_of(message)}.eml"


def id_of(message: EmailMessage) -> UUID:
    """The message's id in the outbox, or any."""
    try:
        return UUID(str(message.extra_headers.get("Message-ID", "")).strip("<>").partition("@")[0])
    except ValueError:
        return uuid7()
