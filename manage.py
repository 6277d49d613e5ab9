#!/usr/bin/env python
"""The operator's door to the shop. Without DATABASE_URL it uses (or starts) the data folder's own servers."""

import contextlib
import os
import sys

WITHOUT_SERVERS = {
    "check",
    "help",
    "collectstatic",
    "makemessages",
    "compilemessages",
    "spectacular",
    "runshop",
    "doctor",
    "tour",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from bookstore.embedded import EmbeddedServerError

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    without_servers = command in WITHOUT_SERVERS or command.startswith("-") or {"--help", "-h"} & set(sys.argv)
    try:
        lease = contextlib.nullcontext() if without_servers else settings.EMBEDDED.lease()
        with lease:
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, EmbeddedServerError) as error:
        sys.exit(f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
