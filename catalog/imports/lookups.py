"""People, publishers, series and subjects by their names: found or made, a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from catalog import arrays
from catalog.imports import among, bulk
from catalog.imports.record import Heading, NameNumber, Person
from catalog.models import Contributor, NameIdentifier, Publisher, Series, Subject

Named = TypeVar("Named", Publisher, Series)

PersonKey = tuple[Person, tuple[NameNumber, ...]]

BLANKS = ("birth_year", "death_year", "aliases", "biography")


def fold(texts: Iterable[str]) -> dict[str, str]:
    """Texts as the database compares them; one of punctuation only stands for itself."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT x, fold_text(x) FROM unnest(%s::text[]) x", [arrays.of_texts(dict.fromkeys(texts))])
        return {text: folded or text for text, folded in cursor.fetchall()}


def find_named(model: type[Named], names: Iterable[str]) -> dict[str, Named]:
    """Publishers or series by name; those that the shop does not have are made."""
    keys: dict[str, str] = fold(names)
    rows = model._default_manager.filter(among.texts("name_key", {*keys.values(), ""})).order_by("-id") if keys else []
    found = {row.name_key or row.name: row for row in rows}
    new = {key: model(name=name) for name, key in reversed(keys.items()) if key not in found}
    bulk.insert(reversed(new.values()))
    return {name: (found | new)[key] for name, key in keys.items()}


def find_contributors(people: Iterable[Person]) -> dict[PersonKey, Contributor]:
    """People by their ISNI or ORCID, else by name and, where both are known, year of birth. What is blank is filled in.

    Nobody gets a second ISNI or ORCID: a namesake with another one is somebody else.
    """
    everybody = list({person.key: person for person in people}.values())
    keys = fold(person.name for person in everybody)
    numbers = Numbers({number for person in everybody for number in person.numbers}, keys.values())
    known: dict[str, list[Contributor]] = defaultdict(list)
    if keys:
        for row in Contributor.objects.filter(among.texts("name_key", {*keys.values(), ""})).order_by("id"):
            known[row.name_key or row.name].append(row)
    new: list[Contributor] = []
    ids = bulk.new_keys()
    changed: dict[Contributor, None] = {}
    found: dict[PersonKey, Contributor] = {}
    for person in everybody:
        namesakes = known[keys[person.name]]
        contributor = numbers.owner(person) or same_person(person, numbers.without_another(person, namesakes))
        if contributor is None:
            contributor = bulk.fresh(Contributor)
            contributor.id, contributor.name, contributor.sort_name = next(ids), person.name, person.sort_name
            namesakes.append(contributor)
            new.append(contributor)
        if fill_in(contributor, person) and not contributor._state.adding:
            changed[contributor] = None
        numbers.give(contributor, person)
        found[person.key] = contributor
    bulk.insert(new)
    touch(changed, BLANKS)
    bulk.insert(numbers.new)
    return found


class Numbers:
    """Which numbers belong to whom, among the people of a batch and their namesakes."""

    def __init__(self, wanted: set[NameNumber], name_keys: Iterable[str]) -> None:
        self.new: list[NameIdentifier] = []
        self.owners: dict[NameNumber, Contributor] = {}
        self.taken: dict[UUID, dict[str, str]] = defaultdict(dict)  # contributor: scheme: value
        if wanted:
            said = Q(value__in={number.value for number in wanted}) | Q(contributor__name_key__in=list(name_keys))
            for row in NameIdentifier.objects.filter(said).select_related("contributor"):
                number = NameNumber(row.scheme, row.value, row.scheme_name)
                self._note(number, row.contributor)

    def _note(self, number: NameNumber, contributor: Contributor) -> None:
        self.owners[number] = contributor
        self.taken[contributor.pk][number.scheme] = number.value

    def owner(self, person: Person) -> Contributor | None:
        return next((self.owners[each] for each in person.sure_numbers if each in self.owners), None)

    def without_another(self, person: Person, namesakes: list[Contributor]) -> list[Contributor]:
        """The namesakes of whom no other number of the same scheme is known."""
        return [
            each for each in namesakes
            if all(self.taken[each.pk].get(own.scheme, own.value) == own.value for own in person.sure_numbers)
        ]  # fmt: skip

    def give(self, contributor: Contributor, person: Person) -> None:
        for number in person.numbers:
            if number not in self.owners:
                self._note(number, contributor)
                self.new.append(
                    NameIdentifier(
                        contributor=contributor,
                        scheme=number.scheme,
                        scheme_name=number.scheme_name,
                        value=number.value,
                    )
                )


def same_person(person: Person, namesakes: list[Contributor]) -> Contributor | None:
    """The one born in the same year, else one of whom nothing says that it is somebody else."""
    fitting = [each for each in namesakes if agrees(each, person)]
    born_then = (each for each in fitting if each.birth_year == person.birth)
    return next(born_then, fitting[0] if fitting else None)


def agrees(contributor: Contributor, person: Person) -> bool:
    pairs = ((contributor.birth_year, person.birth), (contributor.death_year, person.death))
    return all(ours is None or theirs is None or ours == theirs for ours, theirs in pairs)


def fill_in(contributor: Contributor, person: Person) -> bool:
    said: dict[str, object] = {"birth_year": person.birth, "death_year": person.death, "aliases": list(person.aliases)}
    said["biography"] = person.biography
    news = {name: value for name, value in said.items() if value and not getattr(contributor, name)}
    for name, value in news.items():
        setattr(contributor, name, value)
    return bool(news)


def touch(rows: Iterable[Contributor], fields: Iterable[str]) -> None:
    everything = list(rows)
    for row in everything:
        row.updated_at = timezone.now()
    bulk.update(everything, [*fields, "updated_at"])


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
    bulk.insert(new)
    return {heading: found[key] for key, heading in wanted.items()}


def broader(scheme: str, code: str) -> list[str]:
    """The codes that begin a Thema code, the longest first."""
    return [code[:length] for length in range(len(code) - 1, 0, -1)] if scheme == Subject.Scheme.THEMA else []
