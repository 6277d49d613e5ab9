#!/usr/bin/env python
"""The operator's door to the shop. Without DATABASE_URL it uses (or starts) the data folder's own servers."""

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
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.conf import settings
    from django.core.management import execute_from_command_line

    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    if command in WITHOUT_SERVERS or command.startswith("-") or "--help" in sys.argv or "-h" in sys.argv:
        execute_from_command_line(sys.argv)
        return
    with settings.EMBEDDED.lease():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
