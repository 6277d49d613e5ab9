"""What is worked out once for each version of the catalogue."""

from bookstore import versions


def test_a_value_is_worked_out_once_for_each_version():
    numbers = iter(range(10))

    def remembered() -> list[int]:
        return versions.remembered("catalog", "a list of numbers", lambda: [next(numbers)])

    first = remembered()
    first.append(99)  # the caller's own
    assert remembered() == [0]

    versions.bump("catalog")
    assert remembered() == [1]


def test_what_one_process_worked_out_is_found_by_the_others():
    versions.remembered("catalog", "for all", lambda: "known")
    versions._remembered.clear()  # as in a process that was just started

    assert versions.remembered("catalog", "for all", lambda: "worked out again") == "known"


def test_a_process_remembers_no_more_than_so_much(monkeypatch):
    monkeypatch.setattr(versions, "MOST_REMEMBERED", 3)

    found = [versions.remembered("catalog", f"number {number}", lambda number=number: number) for number in range(10)]

    assert found == list(range(10))
    assert len(versions._remembered) <= 3
