"""ONIX messages become books: the samples of others, and small ones of our own."""

import pytest

from bookstore.testing import shared_data
from catalog.imports.onix import import_onix
from catalog.models import Book, Edition
from catalog.tests.imports import counted

pytestmark = pytest.mark.django_db


def samples():
    return sorted(p for p in shared_data("onix").glob("samples/*/*.xml") if "onix2" not in p.name)


def test_every_sample_lands_and_changes_nothing_the_second_time(tmp_path):
    for path in samples():
        [first] = import_onix(str(path), report_to=tmp_path / f"{path.name}.csv")
        [second] = import_onix(str(path), report_to=tmp_path / f"{path.name}.2.csv")
        print(path.name, counted(first), counted(second))
        print((tmp_path / f"{path.name}.csv").read_text())
        assert second.updated == second.created == 0

    assert Edition.objects.count()
    assert Book.objects.count()
