import contextlib
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import autodiscover_modules

from bookstore import doctor
from bookstore.embedded import EmbeddedServerError


class Command(BaseCommand):
    help = "Say in plain words what is wrong with this installation and what to do; exit 1 where something is."
    requires_system_checks: list[str] = []  # the doctor runs them in their turn

    def handle(self, *args: Any, **options: Any) -> None:
        autodiscover_modules("doctor")
        failures = 0
        with contextlib.ExitStack() as servers:
            try:
                servers.enter_context(settings.EMBEDDED.lease())
            except (EmbeddedServerError, OSError) as error:
                self.report("Own servers", doctor.failure(str(error), "The logs named here say why."))
                failures += 1
            for subject, finding in doctor.examine():
                self.report(subject, finding)
                failures += finding.level == "failure"
        if failures:
            raise CommandError(f"{failures} {'thing does' if failures == 1 else 'things do'} not work.")

    def report(self, subject: str, finding: doctor.Finding) -> None:
        style = {"ok": self.style.SUCCESS, "warning": self.style.WARNING, "failure": self.style.ERROR}[finding.level]
        self.stdout.write(f"{style(f'{finding.level:<9}')}{subject:<13}{finding.text}")
        if finding.advice:
            self.stdout.write(f"{'':<22}→ {finding.advice}")
