"""People, publishers, series and subjects by their names: found or made, a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from django.db import connection
from django.utils import timezone

from catalog.imports.record import Heading, Person
from catalog.models import Contributor, Publisher, Series, Subject

Named = TypeVar("Named", Publisher, Series)

BLANKS = ("birth_year", "death_year", "aliases")


def fold(texts: Iterable[str]) -> dict[str, str]:
    """Texts as the database compares them; one of punctuation only stands for itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT x, fold_text(x) FROM unnest(%s::text[]) x", [list(dict.fromkeys(texts))])
        return {text: folded or text for text, folded in cursor.fetchall()}


def find_named(model: type[Named], names: Iterable[str]) -> dict[str, Named]:
    """Publishers or series by name; those that the shop does not have are made."""
    keys: dict[str, str] = fold(names)
    rows = model._default_manager.filter(name_key__in=[*keys.values(), ""]).order_by("-id") if keys else []
    found = {row.name_key or row.name: row for row in rows}
    new = {key: model(name=name) for name, key in reversed(keys.items()) if key not in found}
    model._default_manager.bulk_create(reversed(new.values()))
    return {name: (found | new)[key] for name, key in keys.items()}


def find_contributors(people: Iterable[Person]) -> dict[Person, Contributor]:
    """People by name and, where both are known, year of birth. Blank years and aliases are filled in."""
    everybody = list(people)
    keys = fold(person.name for person in everybody)
    known: dict[str, list[Contributor]] = defaultdict(list)
    if keys:
        for row in Contributor.objects.filter(name_key__in=[*keys.values(), ""]).order_by("id"):
            known[row.name_key or row.name].append(row)
    new: list[Contributor] = []
    changed: dict[Contributor, None] = {}
    found: dict[Person, Contributor] = {}
    for person in everybody:
        namesakes = known[keys[person.name]]
        contributor = same_person(person, namesakes)
        if contributor is None:
            contributor = Contributor(name=person.name, sort_name=person.sort_name)
            namesakes.append(contributor)
            new.append(contributor)
        if fill_in(contributor, person) and not contributor._state.adding:
            changed[contributor] = None
        found[person] = contributor
    Contributor.objects.bulk_create(new)
    touch(changed, BLANKS)
    return found


def same_person(person: Person, namesakes: list[Contributor]) -> Contributor | None:
    """The one born in the same year, else one of whom nothing says that it is somebody else."""
    fitting = [each for each in namesakes if agrees(each, person)]
    born_then = (each for each in fitting if each.birth_year == person.birth)
    return next(born_then, fitting[0] if fitting else None)


def agrees(contributor: Contributor, person: Person) -> bool:
    pairs = ((contributor.birth_year, person.birth), (contributor.death_year, person.death))
    return all(ours is None or theirs is None or ours == theirs for ours, theirs in pairs)


def fill_in(contributor: Contributor, person: Person) -> bool:
    said = {"birth_year": person.birth, "death_year": person.death, "aliases": list(person.aliases)}
    news = {name: value for name, value in said.items() if value and not getattr(contributor, name)}
    for name, value in news.items():
        setattr(contributor, name, value)
    return bool(news)


def touch(rows: Iterable[Contributor], fields: Iterable[str]) -> None:
    everything = list(rows)
    for row in everything:
        row.updated_at = timezone.now()
    Contributor.objects.bulk_update(everything, [*fields, "updated_at"])


def find_subjects(headings: Iterable[Heading]) -> dict[Heading, Subject]:
    """Subjects by scheme and code; a new Thema heading goes below the longest code that begins its own."""
    wanted = {(each.scheme, each.code): each for each in headings}
    codes = {code for scheme, code in wanted} | {part for scheme, code in wanted for part in broader(scheme, code)}
    rows = Subject.objects.filter(scheme__in={scheme for scheme, _ in wanted}, code__in=codes) if wanted else []
    found = {(row.scheme, row.code): row for row in rows}
    new = []
    for key, heading in sorted(wanted.items(), key=lambda item: len(item[1].code)):
        if key not in found:
            parents = (found.get((heading.scheme, code)) for code in broader(*key))
            found[key] = Subject(
                scheme=heading.scheme,
                code=heading.code,
                label=heading.label or heading.code,
                parent=next((parent for parent in parents if parent), None),
            )
            new.append(found[key])
    Subject.objects.bulk_create(new)
    return {heading: found[key] for key, heading in wanted.items()}


def broader(scheme: str, code: str) -> list[str]:
    """The codes that begin a Thema code, the longest first."""
    return [code[:length] for length in range(len(code) - 1, 0, -1)] if scheme == Subject.Scheme.THEMA else []
