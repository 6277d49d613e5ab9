"""ONIX files given to the console: kept, imported by a worker, told of in their run."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Membership, User
from catalog.models import Book, Edition, ImportRun, ImportUpload, Offer
from catalog.tests.factories import make_edition, make_seller
from catalog.tests.onix import ISBN, message, price, product, supplied, take_onix

pytestmark = pytest.mark.django_db
ADD = "admin:catalog_importrun_add"


@pytest.fixture
def seller():
    return make_seller()


@pytest.fixture
def as_member(client, seller):
    user = User.objects.create_user("sal@shop.example", "secret-words", is_staff=True)
    Membership.objects.create(seller=seller, user=user)
    client.force_login(user)
    return client


@pytest.fixture
def as_admin(client):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    return client


def upload(client, content, **fields):
    file = SimpleUploadedFile("trade.xml", content if isinstance(content, bytes) else content.encode())
    return client.post(reverse(ADD), {"file": file, **fields})


def test_a_member_uploads_for_their_seller(as_member, seller):
    answer = upload(as_member, message(product(supply=supplied("20", price())), product("2", isbn="1", title="B")))
    waiting = ImportRun.objects.get()
    call_command("import_uploads")
    run = ImportRun.objects.get()

    assert answer.status_code == 302
    assert (waiting.status, waiting.seller, waiting.file_name) == ("waiting", seller, "trade.xml")
    assert (run.status, run.rows_done, run.counts["kinds"]["created"]) == ("finished", 2, 2)
    assert Offer.objects.get().seller == seller
    assert bytes(ImportUpload.objects.get().content) == b""
    report = as_member.get(reverse("admin:catalog_importrun_report", args=[run.pk]))
    assert b"1 is not an ISBN" in report.content


def test_a_member_cannot_upload_for_somebody_else(as_member):
    answer = upload(as_member, message(product()), seller=str(make_seller("Other").pk))

    assert answer.status_code == 200
    assert not ImportRun.objects.exists()


def test_a_members_word_does_not_change_what_others_said(as_member, tmp_path):
    take_onix(tmp_path, product(supply=supplied("20")))
    table = make_edition(isbn="9780804429573", availability_code="20")
    upload(as_member, message(product(supply=supplied("46")), product("2", isbn=table.isbn, supply=supplied("46"))))

    call_command("import_uploads")

    assert set(Edition.objects.values_list("availability_code", flat=True)) == {"20"}


def test_a_member_reads_no_report_of_others(as_member, as_admin, seller):
    upload(as_admin, message(product(isbn="1")))
    call_command("import_uploads")
    run = ImportRun.objects.get()
    as_admin.force_login(User.objects.get(email="sal@shop.example"))

    answer = as_admin.get(reverse("admin:catalog_importrun_report", args=[run.pk]))

    assert answer.status_code == 404


@pytest.mark.parametrize("content", [b"<html/>", b"\x00\x01", b"PK\x03\x04x", b'<ONIXMessage release="2.1"/>'])
def test_a_bad_file_is_told_of_in_its_run(as_admin, content):
    upload(as_admin, content)

    call_command("import_uploads")

    run = ImportRun.objects.get()
    assert run.status == "failed"
    assert run.error
    assert "onix-" not in run.error


def test_an_empty_upload_is_refused_at_once(as_admin):
    assert upload(as_admin, b"").status_code == 200
    assert not ImportRun.objects.exists()


def test_a_try_changes_nothing(as_admin):
    upload(as_admin, message(product()), dry_run="on")

    call_command("import_uploads")

    run = ImportRun.objects.get()
    assert (run.status, run.counts["kinds"]["created"]) == ("finished", 1)
    assert not Book.objects.exists()


def test_an_import_that_a_worker_left_goes_on(as_admin):
    upload(as_admin, message(product()))
    ImportRun.objects.update(status="running")

    call_command("import_uploads")

    assert ImportRun.objects.get().status == "finished"
    assert Edition.objects.get().isbn == ISBN
