"""ONIX messages become books: the samples of others, and small ones of our own."""

import pytest
from lxml import etree

from bookstore.testing import shared_data
from catalog.exports import export_onix
from catalog.imports.onix import import_onix
from catalog.models import Book, Edition, Offer
from catalog.tests.factories import make_seller
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


def test_our_own_export_changes_nothing(tmp_path):
    seller = make_seller()
    for path in samples():
        import_onix(str(path), seller=seller)
    for edition in Edition.objects.all():
        Offer.objects.get_or_create(edition=edition, seller=seller, defaults={"price_minor": 1290, "on_hand": 2})
    path = tmp_path / "export.xml"
    with open(path, "wb") as out:
        count = export_onix(out, seller)

    [report] = import_onix(str(path), seller=seller, report_to=tmp_path / "report.csv")

    print(counted(report), (tmp_path / "report.csv").read_text())
    assert counted(report) == {"rows": count, "unchanged": count}


def test_the_export_is_valid(tmp_path):
    seller = make_seller()
    for path in samples():
        import_onix(str(path), seller=seller)
    for edition in Edition.objects.all():
        Offer.objects.get_or_create(edition=edition, seller=seller, defaults={"price_minor": 1290, "on_hand": 2})
    path = tmp_path / "export.xml"
    with open(path, "wb") as out:
        export_onix(out, seller)
    schema = etree.XMLSchema(
        file=str(shared_data("onix") / "schemas" / "xsd3.1" / "ONIX_BookProduct_3.1_reference.xsd")
    )
    schema.validate(etree.parse(str(path)))
    assert [str(e) for e in schema.error_log] == []
