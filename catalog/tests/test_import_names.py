from decimal import Decimal

import pytest

from catalog.imports.names import by_commas, display_name, in_reading_order, person, sort_name
from catalog.imports.titles import split_series


@pytest.mark.parametrize(
    ("name", "sorted_name"),
    [
        ("Ursula K. Le Guin", "Le Guin, Ursula K."),
        ("Ludwig van Beethoven", "Beethoven, Ludwig van"),
        ("Kurt Vonnegut Jr.", "Vonnegut, Kurt, Jr."),
        ("Daphne du Maurier", "du Maurier, Daphne"),
        ("Plato", "Plato"),
        ("The Paris Review", "The Paris Review"),
        ("村上 春樹", "村上 春樹"),
    ],
)
def test_names_are_turned_for_sorting(name, sorted_name):
    assert sort_name(name) == sorted_name


@pytest.mark.parametrize(
    ("sorted_name", "name"),
    [
        ("Wells, H. G. (Herbert George)", "H. G. Wells"),
        ("Smith, Joseph, Jr.", "Joseph Smith Jr."),
        ("Burton, Isabel, Lady", "Lady Isabel Burton"),
        ("Charnwood, Godfrey Rathbone Benson, Baron", "Godfrey Rathbone Benson, Baron Charnwood"),
        ("Liebig, Justus, Freiherr von", "Justus Freiherr von Liebig"),
        ("Augustine, of Hippo, Saint", "Saint Augustine of Hippo"),
        ("Huang, Shigong, active 3rd century B.C.", "Shigong Huang"),
        ("Homer", "Homer"),
        ("National Atomic Museum (U.S.)", "National Atomic Museum (U.S.)"),
    ],
)
def test_sorted_names_are_turned_for_reading(sorted_name, name):
    assert display_name(sorted_name) == name


def test_a_suffix_belongs_to_the_name_before():
    assert by_commas("Bill Martin, Jr., Eric Carle") == ["Bill Martin, Jr.", "Eric Carle"]


@pytest.mark.parametrize(
    ("text", "role"),
    [("Mary GrandPré (Illustrator)", "A12"), ("X Y (Translator)", "B06"), ("X Y (Editor)", "B01"), ("X Y", "A01")],
)
def test_a_role_in_brackets_is_a_role(text, role):
    assert person(text).role == role


@pytest.mark.parametrize("text", ["Unknown", "NOT A BOOK", "Not Applicable (Na )", ""])
def test_a_placeholder_is_nobody(text):
    assert person(text) is None


@pytest.mark.parametrize("text", ["Various", "Anonymous"])
def test_various_and_anonymous_are_names(text):
    assert person(text).name == text


def test_misplaced_titles_are_put_right():
    assert in_reading_order("Kurt, Jr. Vonnegut") == "Kurt Vonnegut Jr."
    assert in_reading_order("Arthur Conan, Sir Doyle") == "Sir Arthur Conan Doyle"


@pytest.mark.parametrize(
    ("text", "title", "places"),
    [
        ("The Hunger Games (The Hunger Games, #1)", "The Hunger Games", [("The Hunger Games", "1", 1)]),
        ("Half-Blood Prince (Harry Potter  #6)", "Half-Blood Prince", [("Harry Potter", "6", 6)]),
        ("Magic (Discworld, #1; Rincewind #2)", "Magic", [("Discworld", "1", 1), ("Rincewind", "2", 2)]),
        ("No (Dark-Hunter #18, Were-Hunter, #5)", "No", [("Dark-Hunter", "18", 18), ("Were-Hunter", "5", 5)]),
        ("The Lord of the Rings (The Lord of the Rings, #1-3)", "The Lord of the Rings",
         [("The Lord of the Rings", "1-3", None)]),
        ("Kill Order (Maze Runner, #0.5)", "Kill Order", [("Maze Runner", "0.5", Decimal("0.5"))]),
        ("Dead (Sookie, #4.1, #4.3)", "Dead", [("Sookie", "4.1, 4.3", None)]),
        ("Ranma ½ (Ranma ½ (US 2nd), #1)", "Ranma ½", [("Ranma ½ (US 2nd)", "1", 1)]),
        ("The Cat (Cat Who..., #1)", "The Cat", [("Cat Who...", "1", 1)]),
        ("Ice (A Song of Ice and Fire, #3: Part 2 of 2)", "Ice", [("A Song of Ice and Fire", "3: Part 2 of 2", 3)]),
        ("The Silmarillion (Middle-Earth Universe)", "The Silmarillion (Middle-Earth Universe)", []),
        ("Saga #1", "Saga #1", []),
        ("(#1)", "(#1)", []),
    ],
)  # fmt: skip
def test_series_are_told_from_titles(text, title, places):
    alone, found = split_series(text)

    assert alone == title
    assert [(place.name, place.label, place.position) for place in found] == places
