from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale

from bookstore import catalogues


class Command(BaseCommand):
    help = (
        "Write every sentence of code and templates into the apps' locale/…/django.po, drop those that are gone, and "
        "compile what is translated. To be run after sentences or translations have changed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--add", metavar="LANGUAGE", help="begin catalogues in another language, such as fr")
        parser.add_argument("--missing", action="store_true", help="only list the sentences without a translation")

    def handle(self, *args: Any, add: str | None, missing: bool, **options: Any) -> None:
        languages = [add] if add else catalogues.languages()
        if add and not catalogues.is_language(add):
            raise CommandError(f"{add} is no language that Django knows.")
        template = catalogues.template_of()
        for language in languages:
            # All are read before one is written: a sentence may move from one app to another.
            made = {app: catalogues.up_to_date(app, language, template[app]) for app in catalogues.APPS}
            waiting = [(app, message) for app in made for message in catalogues.untranslated(made[app])]
            for app, message in waiting if missing else []:
                self.stdout.write(f"{language} {app}: {message.id!r}")
            for app in made if not missing else []:
                catalogues.save(app, language, made[app])
            self.stdout.write(f"{to_locale(language)}: {len(waiting)} sentences without a translation.")
