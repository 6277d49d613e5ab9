"""Mail through a mail service: what anymail makes of it, and what becomes of its refusals."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bookstore.models import OutboxMessage
from bookstore.outbox import relay, send_mail

pytestmark = pytest.mark.django_db
TO = "rosa@example.com"
TAKEN = (200, {"To": TO, "MessageID": "0a129aee", "ErrorCode": 0, "Message": "OK"})
INACTIVE = f"You tried to send to recipient(s) that have been marked as inactive. Found inactive addresses: {TO}. "
INACTIVE += "Inactive recipients are ones that have generated a hard bounce or a spam complaint."
NO_SUCH_ADDRESS = (422, {"ErrorCode": 406, "Message": INACTIVE})
NEITHER_YES_NOR_NO = (422, {"ErrorCode": 406, "Message": "Words that nobody has heard before."})
OUT_OF_ORDER = (500, {"Message": "later"})


class Postmark(BaseHTTPRequestHandler):
    """As much of the service as anymail asks."""

    def do_POST(self):
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        status, answer = self.server.answer
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def service(settings):
    with ThreadingHTTPServer(("127.0.0.1", 0), Postmark) as server:
        server.asked, server.answer = [], TAKEN
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
        address = f"http://127.0.0.1:{server.server_address[1]}/"
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": address}
        yield server
        server.shutdown()


def test_a_service_gets_the_mail_and_what_its_events_bring_back(service):
    message = send_mail("test", to=TO)

    assert relay() == {"sent": 1}

    [asked] = service.asked
    headers = {header["Name"]: header["Value"] for header in asked["Headers"]}
    assert (asked["To"], asked["Tag"], asked["Metadata"]) == (TO, "test", {"outbox": str(message.id)})
    assert headers["X-Entity-Ref-ID"] == str(message.id)
    assert headers["Message-ID"] == message.message_id


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [(NO_SUCH_ADDRESS, "given_up"), (OUT_OF_ORDER, "put_off"), (NEITHER_YES_NOR_NO, "put_off")],
    ids=["refusal", "outage", "neither"],
)
def test_a_refusal_is_told_from_an_outage(service, answer, outcome):
    service.answer = answer
    send_mail("test", to=TO)

    assert relay() == {outcome: 1}

    assert OutboxMessage.objects.get().last_error.startswith(("Anymail", "NotTaken"))
