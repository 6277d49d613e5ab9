import uuid

import pytest
import structlog
from django.core.management import call_command
from django.utils import timezone

from accounts.models import EventKind, SecurityEvent, User
from accounts.services import note
from accounts.tests.factories import make_user, sign_in
from bookstore.client_address import current_request
from bookstore.testing import count_queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def rosa():
    return make_user()


def events(client, **params):
    return client.get("/api/v1/me/events/", params)


def test_a_note_says_where_it_comes_from(rosa, rf):
    current_request.set(rf.get("/", headers={"user-agent": "Phone\x07"}, REMOTE_ADDR="203.0.113.7"))

    event = note(EventKind.LOGIN, rosa, device_name="Phone")

    current_request.set(None)
    event.refresh_from_db()
    assert (event.ip, event.user_agent, event.facts) == ("203.0.113.7", "Phone", {"device_name": "Phone"})


def test_a_note_outside_of_a_request_comes_from_nowhere(rosa):
    structlog.contextvars.clear_contextvars()

    event = note(EventKind.LOGIN, rosa)

    assert (event.ip, event.user_agent, event.session_id, event.request_id) == (None, "", None, "")


def test_users_read_their_own_events_latest_first(client, rosa):
    note(EventKind.LOGIN, make_user("vera@example.com"))
    note(EventKind.LOGIN, None)
    first, second = (note(kind, rosa) for kind in (EventKind.SIGNED_UP, EventKind.PASSWORD_CHANGED))

    body = events(sign_in(client, rosa)).json()

    assert [row["id"] for row in body["results"]][:2] == [str(second.pk), str(first.pk)]
    assert {row["by"] for row in body["results"]} == {"you"}
    assert body["results"][0]["what"] == "Password changed"
    assert SecurityEvent.objects.filter(user=rosa).count() == body["pagination"]["total"]


def test_users_are_told_that_staff_did_it_but_not_from_where(client, rosa, rf):
    boss = User.objects.create_superuser("boss@example.com")
    sign_in(client, rosa)
    current_request.set(rf.get("/", REMOTE_ADDR="203.0.113.7"))
    note(EventKind.USER_CHANGED, rosa, by=boss, session=uuid.uuid4(), fields=["is_active"])
    current_request.set(None)

    latest = events(client).json()["results"][0]

    assert (latest["by"], latest["ip"], latest["user_agent"], latest["session_id"]) == ("staff", None, "", None)
    assert latest["facts"] == {"fields": ["is_active"]}


def test_a_guest_has_no_events(client):
    assert events(client).status_code == 401


def test_pages_cost_the_same_whatever_their_length(client, rosa):
    sign_in(client, rosa)
    for _ in range(3):
        note(EventKind.LOGIN, rosa)
    events(client)  # who asks is in Redis from here on
    few = count_queries(lambda: events(client, page_size=1))

    body = events(client, page_size=2).json()

    assert count_queries(lambda: events(client, page_size=100)) == few
    assert len(body["results"]) == 2
    assert body["pagination"]["has_next"]


def test_events_outlive_the_user(rosa):
    note(EventKind.LOGIN, rosa)

    rosa.delete()

    assert SecurityEvent.objects.filter(user=None, kind=EventKind.LOGIN).exists()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_events_are_only_read(client, rosa, method):
    event = note(EventKind.LOGIN, rosa)

    assert getattr(sign_in(client, rosa), method)("/api/v1/me/events/").status_code == 405
    assert getattr(client, method)(f"/api/v1/me/events/{event.pk}/").status_code == 404


@pytest.mark.parametrize("term", ["ROSA@", "203.0.113.7", "{user}", "{event}", "nobody@", "é", "a" * 5000])
def test_shop_admins_find_events(client, rosa, rf, term):
    current_request.set(rf.get("/", REMOTE_ADDR="203.0.113.7"))
    event = note(EventKind.LOGIN, rosa)
    current_request.set(None)
    note(EventKind.LOGIN, make_user("vera@example.com"))
    client.force_login(User.objects.create_superuser("boss@example.com"))

    page = client.get("/console/accounts/securityevent/", {"q": term.format(user=rosa.pk, event=event.pk)})

    found = [row.pk for row in page.context["cl"].result_list]
    assert found == ([event.pk] if term[0] in "R2{" else [])


def test_old_events_are_forgotten(rosa, settings, capsys):
    old, new = note(EventKind.LOGIN, rosa), note(EventKind.LOGIN, rosa)
    SecurityEvent.objects.filter(pk=old.pk).update(created_at=timezone.now() - settings.SECURITY_EVENTS_KEPT_FOR)

    call_command("purge_events", "--dry-run")
    assert SecurityEvent.objects.count() == 2
    call_command("purge_events")

    assert capsys.readouterr().out == "1 security events would be deleted.\nDeleted 1 security events.\n"
    assert SecurityEvent.objects.get() == new
