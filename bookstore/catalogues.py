"""The shop's sentences in other languages: found in code and templates, kept in each app's `locale/`, compiled.

Django's own makemessages needs the programs of GNU gettext; this needs Babel alone.
"""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import global_settings, settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

APPS = ["bookstore", "accounts", "catalog", "orders", "reviews"]  # a sentence of several is kept with the first
ELSEWHERE = {"bookstore": ["config", "templates"]}  # what has no locale folder of its own
SINGULAR, PLURAL, CONTEXT = None, (1, 2), ((1, "c"), 2)
KEYWORDS = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], SINGULAR),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], PLURAL),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], CONTEXT),
}
SKIPPED = {"tests", "migrations", "locale"}
WIDTH = 120
HEADER = "# The shop's sentences. `manage.py update_catalogues` finds new ones and compiles what is translated."
Key = str | tuple[str, ...]


class ShopCatalogue(Catalog):
    """A catalogue whose head has no dates and versions: the same sentences make the same file."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", str(self.locale_identifier)),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def files(folder: Path) -> Iterator[Path]:
    """Code and templates, in a constant order."""
    for file in sorted(folder.rglob("*")):
        if file.suffix in {".py", ".html", ".txt"} and not SKIPPED.intersection(file.relative_to(folder).parts[:-1]):
            yield file


def sentences(file: Path) -> Iterator[tuple[Key, str | None]]:
    """The sentences that a file has translated, each with its context."""
    text = file.read_text()
    if file.suffix != ".py":  # a template as code: what is not translated is crossed out
        if "{%" not in text:
            return
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    for _line, found, _comments, context in extract("python", BytesIO(text.encode()), KEYWORDS):
        yield found, context


def template_of() -> dict[str, Catalog]:
    """For each app all sentences that are its own to translate."""
    taken: set[tuple[Key, str | None]] = set()
    found = {}
    for app in APPS:
        found[app] = Catalog(fuzzy=False)
        own: set[tuple[Key, str | None]] = set()
        for folder in [app, *ELSEWHERE.get(app, [])]:
            for file in files(settings.BASE_DIR / folder):
                for key, context in sentences(file):
                    if (key, context) not in taken:
                        place = (file.relative_to(settings.BASE_DIR).as_posix(), 1)
                        found[app].add(key, locations=[place], context=context)
                        own.add((key, context))
        taken |= own
    return found


def languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def is_language(code: str) -> bool:
    return code in dict(global_settings.LANGUAGES)


def file_of(app: str, language: str) -> Path:
    return Path(settings.BASE_DIR / app / "locale" / to_locale(language) / "LC_MESSAGES" / "django.po")


def read(app: str, language: str) -> Catalog:
    """The catalogue as it is on disk; an empty one where there is none yet."""
    file = file_of(app, language)
    return read_po(BytesIO(file.read_bytes() if file.exists() else b""), locale=to_locale(language))


def up_to_date(app: str, language: str, template: Catalog) -> Catalog:
    """The catalogue with every sentence that there is and no other; new ones wait for their translation."""
    known = [read(name, language) for name in [app, *APPS]]  # a sentence may have moved here from another app
    made = ShopCatalogue(locale=to_locale(language), fuzzy=False, header_comment=HEADER)
    for message in template:
        if message.id:
            before = next(filter(None, (each.get(message.id, message.context) for each in known)), None)
            made.add(
                message.id,
                before.string if before else None,
                locations=sorted(set(message.locations)),
                flags=before.flags & {"fuzzy"} if before else (),
                context=message.context,
            )
    return made


def untranslated(catalogue: Catalog) -> list[Message]:
    return [found for found in catalogue if found.id and (found.fuzzy or not all(words(found)))]


def words(message: Message) -> list[str]:
    string = message.string
    return list(string) if isinstance(string, list | tuple) else [string or ""]


def as_po(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=WIDTH, sort_by_file=True, include_lineno=False)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def save(app: str, language: str, catalogue: Catalog) -> None:
    file = file_of(app, language)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(as_po(catalogue))
    file.with_suffix(".mo").write_bytes(as_mo(catalogue))
