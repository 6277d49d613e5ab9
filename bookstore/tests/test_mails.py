import email
import os
import re
import stat

import pytest
from django.core import mail
from django.utils.translation import get_language

from bookstore import mail_folder, mails
from bookstore.models import OutboxMessage
from bookstore.outbox import relay, repeat, send_mail

pytestmark = pytest.mark.django_db
TO = "rosa@example.com"
TITLE = "Salt & <b>Sugar</b>\r\nBcc: thief@example.com"


@pytest.fixture
def mail_of(settings, monkeypatch):
    """A mail of the test's own: what it says and what is put into it."""

    def make(text, **context):
        templates = {f"mail/own.{kind}": text for kind in ("subject.txt", "txt", "html")}
        loaders = [("django.template.loaders.locmem.Loader", templates)]
        settings.TEMPLATES = [{**settings.TEMPLATES[0], "DIRS": [], "APP_DIRS": False, "OPTIONS": {"loaders": loaders}}]
        monkeypatch.setitem(mails.MAILS, "own", lambda: {"spoken": get_language(), **context})
        return mails.build(send_mail("own", to=TO, language="de"))

    return make


def test_a_mail_has_text_html_and_the_headers_of_a_machine():
    message = send_mail("test", to=TO)

    letter = mails.build(message).message()

    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.get_payload()] == ["text/plain", "text/html"]
    assert letter["Message-ID"] == f"<{message.id}@example.com>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["From"] == "Bookstore <shop@example.com>"


def test_a_mail_loads_nothing_from_elsewhere():
    html = mails.build(send_mail("test", to=TO)).alternatives[0].content

    assert re.findall(r"<(?:img|link|script|iframe|object)|url\(|@import|\bsrc=|\bbackground=", html) == []


def test_html_is_escaped_text_is_not_and_a_subject_is_one_line(mail_of):
    letter = mail_of("{{ title }}", title=TITLE)

    assert letter.subject == "Salt & <b>Sugar</b> Bcc: thief@example.com"
    assert "Salt & <b>Sugar</b>" in letter.body
    assert "Salt &amp; &lt;b&gt;Sugar&lt;/b&gt;" in letter.alternatives[0].content
    assert letter.message()["Bcc"] is None


def test_a_mail_speaks_its_recipients_language(mail_of):
    assert mail_of("{{ spoken }} {{ language }}").body == "de de\n"
    assert get_language() == "en"


def test_a_long_title_makes_no_endless_subject(mail_of):
    assert len(mail_of("{{ title }}", title="long " * 5000).subject) == mails.LONGEST_SUBJECT


def test_a_sender_of_any_alphabet_makes_a_message_id_that_mail_can_write(settings):
    settings.DEFAULT_FROM_EMAIL = "Bücher <laden@bücher.example>"

    message = send_mail("test", to=TO)

    assert message.message_id.endswith("@xn--bcher-kva.example>")
    assert mails.build(message).message()["From"]


def test_two_mails_of_one_name_are_refused():
    def test():
        return {}

    with pytest.raises(ValueError, match="two mails named test"):
        mails.mail(test)


# ---- as files --------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_BACKEND = "bookstore.mail_folder.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def test_each_mail_is_a_file_of_its_own_that_its_owner_reads(folder):
    messages = [send_mail("test", to=to) for to in (TO, '"a/../b"@example.com')]

    assert relay() == {"sent": 2}

    files = sorted(folder.iterdir(), key=lambda file: TO not in file.name)
    assert [file.suffix for file in files] == [".eml", ".eml"]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    for file, message in zip(files, messages, strict=True):
        assert email.message_from_bytes(file.read_bytes())["Message-ID"] == message.message_id
        assert str(message.id) in file.name


def test_a_mail_sent_twice_is_two_files(folder):
    send_mail("test", to=TO)
    relay()
    repeat(OutboxMessage.objects.all())
    relay()

    first, second = folder.iterdir()
    assert first.name.rpartition("_")[2] == second.name.rpartition("_")[2]


def test_a_folder_that_cannot_be_written_is_told_and_leaves_no_half_mail(folder):
    folder.parent.joinpath("mail").write_text("a file where the folder should be")
    message = send_mail("test", to=TO)

    assert relay() == {"put_off": 1}

    message.refresh_from_db()
    assert "FileExistsError" in message.last_error


def test_a_mail_half_written_is_never_seen(folder, monkeypatch):
    monkeypatch.setattr(os, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    send_mail("test", to=TO)

    assert relay() == {"put_off": 1}

    assert list(folder.iterdir()) == []


def test_a_mail_without_a_recipient_or_an_id_has_a_name_too():
    assert mail_folder.file_name(mail.EmailMessage()).endswith(".eml")
