"""A row's contributors, from the names that its cell lists."""

from collections.abc import Iterable

from catalog.imports.cells import LONGEST_NAME, Cells, one_line
from catalog.imports.names import person
from catalog.imports.record import Person


def people(cells: Cells, column: str, names: Iterable[str]) -> tuple[Person, ...]:
    """Everybody once; placeholders for a name are left out."""
    found: dict[tuple[str, str], Person] = {}
    for name in map(one_line, names):
        somebody = person(name) if len(name) <= LONGEST_NAME else None
        if somebody is not None:
            found.setdefault((somebody.name, somebody.role), somebody)
        elif len(name) > LONGEST_NAME:
            cells.leave_out(column, name, f"A name has more than {LONGEST_NAME} characters.")
        elif name:
            cells.leave_out(column, name, "It stands for a name that is not known.")
    return tuple(found.values())
