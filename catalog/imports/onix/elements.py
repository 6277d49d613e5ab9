"""ONIX's elements: long and short names, and the order of each one's children, as the schemas of 3.0 and 3.1 say."""

from functools import cache
from pathlib import Path


@cache
def elements() -> dict[str, tuple[str, tuple[str, ...]]]:
    """The short name and the children of every element; what has no children may hold XHTML."""
    lines = Path(__file__).with_name("elements.txt").read_text("utf-8").splitlines()
    rows = (line.split() for line in lines)
    return {name: (short, tuple(children)) for name, short, *children in rows}


@cache
def long_names() -> dict[str, str]:
    """Every name, short or long, with the long one."""
    return {short: name for name, (short, _) in elements().items()} | {name: name for name in elements()}


def children(name: str) -> tuple[str, ...]:
    return elements()[name][1] if name in elements() else ()
