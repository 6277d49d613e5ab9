from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from bookstore import doctor
from bookstore.models import OutboxMessage
from bookstore.outbox import send_mail
from catalog.models import Listing
from catalog.tests.factories import make_book, make_offer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def terms(db):
    """Shipping methods and tax rates, as every start writes them into a new shop."""
    call_command("load_terms", verbosity=0)


def levels() -> dict[str, str]:
    """The worst that the doctor finds about each subject."""
    order = ["ok", "warning", "failure"]
    found: dict[str, str] = {}
    for subject, finding in doctor.examine():
        found[subject] = max(found.get(subject, "ok"), finding.level, key=order.index)
    return found


def test_a_healthy_shop_has_no_failures(capsys):
    call_command("doctor")

    said = capsys.readouterr().out
    assert "failure" not in said
    assert {"PostgreSQL", "Redis", "Migrations", "Listings", "Shipping", "Holds"} <= {
        line.split()[1] for line in said.splitlines()
    }


def test_a_shop_without_redis_is_told_so_and_examined_further(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    found = levels()

    assert found["Redis"] == "failure"
    assert "Worker" not in found
    assert found["Listings"] == "ok"


def test_books_missing_from_the_shop_window_are_noticed(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    make_book()
    assert levels()["Listings"] == "ok"

    Listing.objects.all().delete()

    assert levels()["Listings"] == "failure"


def test_stock_that_nobody_accounted_for_is_noticed(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    make_offer()
    assert levels()["Stock"] == "ok"

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers
        cursor.execute("UPDATE catalog_offer SET on_hand = on_hand + 1")
        cursor.execute("SET LOCAL session_replication_role = origin")

    assert levels()["Stock"] == "failure"


def test_a_failure_is_an_exit_status(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SECRET_KEY = "short"

    with pytest.raises(CommandError, match="2 things do not work"):
        call_command("doctor")


def test_a_check_that_fails_is_a_finding(monkeypatch):
    def broken():
        raise ValueError("the roof leaks\nand more")
        yield

    monkeypatch.setattr(doctor, "CHECKS", [("Roof", "", broken)])

    assert [(subject, finding.text) for subject, finding in doctor.examine()] == [
        ("Roof", "ValueError: the roof leaks")
    ]


def test_mail_that_does_not_leave_is_noticed():
    message = send_mail("test", to="rosa@example.com")
    assert levels()["Outbox"] == "ok"

    OutboxMessage.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert levels()["Outbox"] == "warning"

    OutboxMessage.objects.filter(pk=message.pk).update(status="failed")
    assert levels()["Outbox"] == "warning"


def test_where_mail_goes_is_told(settings, tmp_path):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.EMAIL_BACKEND = "bookstore.mail_folder.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path

    assert dict(doctor.examine())["Mail"].text == f"goes to {tmp_path}"
    settings.EMAIL_BACKEND = "anymail.backends.mailgun.EmailBackend"
    assert "MAILGUN_API_KEY" in dict(doctor.examine())["Mail"].text
    settings.ANYMAIL = {"MAILGUN_API_KEY": "key"}
    assert dict(doctor.examine())["Mail"].text == "nobody listens to bounces"
    settings.ANYMAIL |= {"WEBHOOK_SECRET": ["us:secret-words"]}
    assert dict(doctor.examine())["Mail"].level == "ok"
