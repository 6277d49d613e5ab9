"""Covers by address: from the feed's word to the picture in the shop."""

import struct
import zlib
from ipaddress import ip_network

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image

from accounts.models import User
from bookstore.testing import at_once
from bookstore.tests.pictures import picture, picture_server
from catalog.models import CoverFetch, CoverHost, Edition, Listing
from catalog.services import remove_cover, set_cover
from catalog.services.cover_fetches import MOST_ATTEMPTS, fetch_covers, repeat, want_covers
from catalog.services.cover_files import all_names
from catalog.tests.factories import make_edition

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.COVER_FETCH_PAUSE = 0
    return tmp_path


@pytest.fixture
def server(settings):
    with picture_server() as server:
        settings.OUTGOING_TRUSTED = [ip_network("127.0.0.1/32")]
        settings.OUTGOING_PORTS = [80, 443, server.server_port]
        yield server


@pytest.fixture
def edition():
    return make_edition()


def wanted(edition, url):
    want_covers({edition.pk: url})
    return CoverFetch.objects.get(edition=edition)


def cover_of(edition):
    return Edition.objects.values_list("cover", flat=True).get(pk=edition.pk)


def make_due():
    """As if the pauses were over."""
    CoverFetch.objects.update(next_attempt_at=timezone.now())
    CoverHost.objects.update(free_at=timezone.now())


def test_a_cover_is_fetched_and_shown(client, server, edition):
    wanted(edition, server.show("/a.jpg", picture(size=(700, 1000)), ETag='"one"'))

    assert fetch_covers() == {"fetched": 1}
    fetch, name = CoverFetch.objects.get(), cover_of(edition)
    assert (fetch.state, fetch.etag, fetch.cover_name, fetch.last_error) == ("fetched", '"one"', name, "")
    assert Listing.objects.get().cover == name
    shown = client.get(f"/api/v1/books/{edition.book_id}/").json()["cover"]
    assert (shown["width"], shown["height"]) == (700, 1000)
    assert [each["width"] for each in shown["widths"]] == [160, 320, 640, 700]
    for each in shown["widths"]:
        with default_storage.open(each["url"].partition("/media/")[2]) as file, Image.open(file) as kept:
            assert (kept.format, kept.width) == ("WEBP", each["width"])


@pytest.mark.parametrize(
    ("content", "colour"),
    [
        (picture("PNG"), "teal"),
        (picture("WEBP"), "teal"),
        (picture("GIF"), "teal"),
        (picture("JPEG", mode="CMYK", colour=(255, 255, 0, 0)), "#0000ff"),
        (picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)), "white"),
        (picture("PNG", mode="I;16", colour=65535), "white"),
    ],
    ids=["png", "webp", "gif", "cmyk", "transparent", "16 bit"],
)
def test_what_is_a_picture_whatever_it_says_of_itself(server, edition, content, colour):
    wanted(edition, server.show("/a", content, Content_Type="text/html"))

    assert fetch_covers() == {"fetched": 1}
    with default_storage.open(cover_of(edition)) as file, Image.open(file) as kept:
        meant = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        near = zip(kept.convert("RGB").getpixel((50, 50)), meant, strict=True)
        assert all(abs(ours - theirs) < 24 for ours, theirs in near)


def with_broken_exif():
    """On its side, and with a resolution in letters where numbers belong."""
    entries = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0) + struct.pack("<HHI4s", 0x011A, 2, 4, b"abc\0")
    return picture(exif=b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + bytes(4))


def test_broken_facts_of_a_camera_cost_no_cover(server, edition):
    wanted(edition, server.show("/a.jpg", with_broken_exif()))

    assert fetch_covers() == {"fetched": 1}
    assert cover_of(edition).endswith("-600x400.webp")  # upright all the same


def test_what_was_written_in_part_is_written_again(media, edition):
    set_cover(edition, picture(size=(400, 600)))
    names = [*media.glob("covers/*")]
    whole = {name: name.read_bytes() for name in names}
    for name in names:
        name.write_bytes(whole[name][:-50])  # the disk was full
    Edition.objects.update(cover="")

    set_cover(Edition.objects.get(), picture(size=(400, 600)))

    assert {name: name.read_bytes() for name in media.glob("covers/*")} == whole
    assert len(whole) == 3


@pytest.mark.django_db(transaction=True)
def test_a_cover_that_is_shown_again_keeps_its_files(media):
    """Two uploads at once: one replaces the cover, the other brings it back before the files of the first are gone."""
    edition = make_edition()
    set_cover(edition, picture(colour="gold"))
    name = edition.cover.name

    with transaction.atomic():
        transaction.on_commit(lambda: set_cover(Edition.objects.get(pk=edition.pk), picture(colour="gold")))
        set_cover(edition, picture(colour="teal"))

    assert cover_of(edition) == name
    assert sorted(str(path.relative_to(media)) for path in media.glob("covers/*")) == sorted(all_names(name))


def test_of_what_moves_the_first_picture(server, edition, tmp_path):
    frames = [Image.new("RGB", (100, 150), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "moving.gif", save_all=True, append_images=frames[1:])
    wanted(edition, server.show("/a.gif", (tmp_path / "moving.gif").read_bytes()))

    assert fetch_covers() == {"fetched": 1}
    with default_storage.open(cover_of(edition)) as file, Image.open(file) as kept:
        assert kept.convert("RGB").getpixel((50, 50))[0] > 200


def bomb():
    """A PNG of some kilobytes that would be 81 million pixels."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = zlib.compress(bytes(9_000 // 8 + 1) * 9_000)
    size = struct.pack(">IIBBBBB", 9_000, 9_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no picture"),
        (b"<html>Not found</html>", "no picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no picture"),
        (picture()[:400], "no picture"),
        (bomb(), "pixels"),
        (picture("GIF", (1, 1)), "1×1"),
    ],
    ids=["empty", "html", "svg", "cut", "bomb", "dot"],
)
def test_what_is_no_cover_is_given_up_and_seen(server, edition, content, reason):
    wanted(edition, server.show("/a.jpg", content, Content_Type="image/jpeg"))

    assert fetch_covers() == {"given_up": 1}
    assert reason in CoverFetch.objects.get().last_error
    assert cover_of(edition) == ""


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/a.jpg", "http://[::1]/a.jpg", "http://localhost/a.jpg", "http://10.1.2.3/"]
)
def test_nothing_private_is_asked(edition, url):
    wanted(edition, url)

    outcomes = fetch_covers()

    assert "private network" in CoverFetch.objects.get().last_error
    assert outcomes == {"given_up": 1}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("ftp://pictures.example/a.jpg", "ftp://pictures.example/a.jpg"),
        ("http://user:secret@pictures.example/a.jpg", "http://***@pictures.example/a.jpg"),
        ("http://2130706433/a.jpg", "http://2130706433/a.jpg"),
        ("no address\0at all", "no addressat all"),
        ("http://x.example/" + "a" * 9000, ("http://x.example/" + "a" * 9000)[:2000]),
    ],
)
def test_an_address_that_is_never_asked_is_seen_at_once(edition, url, kept):
    fetch = wanted(edition, url)

    assert (fetch.state, fetch.url) == ("given_up", kept)
    assert fetch.last_error
    assert fetch_covers() == {}


def test_a_server_that_fails_is_asked_again_later_and_in_the_end_no_more(server, edition):
    wanted(edition, server.show("/a.jpg", b"", 503))

    outcomes = []
    for _ in range(MOST_ATTEMPTS + 1):
        outcomes.append(dict(fetch_covers()))
        assert fetch_covers() == {}
        make_due()

    assert outcomes == [{"put_off": 1}] * (MOST_ATTEMPTS - 1) + [{"given_up": 1}, {}]
    assert (CoverFetch.objects.get().state, len(server.asked)) == ("given_up", MOST_ATTEMPTS)
    assert "503" in CoverFetch.objects.get().last_error


def test_a_server_that_asks_for_rest_gets_it(server):
    editions = [make_edition() for _ in range(3)]
    url = server.show("/a.jpg", b"", 429, Retry_After="600")
    want_covers({edition.pk: f"{url}?{number}" for number, edition in enumerate(editions)})
    for number in range(3):
        server.show(f"/a.jpg?{number}", b"", 429, Retry_After="600")

    assert fetch_covers() == {"put_off": 1}
    assert (CoverHost.objects.get().free_at - timezone.now()).total_seconds() > 590


def test_the_same_address_again_changes_nothing(server, edition):
    url = server.show("/a.jpg", picture())
    wanted(edition, url)
    fetch_covers()
    before = CoverFetch.objects.values().get()

    assert want_covers({edition.pk: url}) == 0
    assert fetch_covers() == {}
    assert CoverFetch.objects.values().get() == before


def test_another_address_is_fetched_anew(server, edition, django_capture_on_commit_callbacks):
    wanted(edition, server.show("/a.jpg", picture(colour="red")))
    fetch_covers()
    first = cover_of(edition)
    wanted(edition, server.show("/b.jpg", picture(colour="blue")))

    with django_capture_on_commit_callbacks(execute=True):
        assert fetch_covers() == {"fetched": 1}
    assert cover_of(edition) not in {"", first}
    assert not default_storage.exists(first)


@pytest.mark.parametrize("headers", [{"ETag": '"one"'}, {}])
def test_the_same_picture_again_changes_nothing(server, edition, headers):
    wanted(edition, server.show("/a.jpg", picture(), **headers))
    fetch_covers()
    before = Edition.objects.values().get()

    repeat(CoverFetch.objects.all())

    assert fetch_covers() == {"unchanged": 1}
    assert Edition.objects.values().get() == before
    assert server.asked[-1][1].get("If-None-Match") == headers.get("ETag")


def test_what_somebody_uploaded_stays(server, edition):
    set_cover(edition, picture(colour="gold"))
    wanted(edition, server.show("/a.jpg", picture()))
    name = cover_of(edition)

    assert fetch_covers() == {"not_needed": 1}
    assert (cover_of(edition), server.asked) == (name, [])


@pytest.mark.django_db(transaction=True)
def test_what_somebody_uploads_while_it_is_fetched_stays(server, edition):
    def answer_late(request):
        try:
            set_cover(Edition.objects.get(pk=edition.pk), picture(colour="gold"))
        finally:
            connection.close()
        request.send_response(200)
        request.end_headers()
        request.wfile.write(picture())

    server.answers["/a.jpg"] = answer_late
    wanted(edition, server.url("/a.jpg"))

    assert fetch_covers() == {"not_needed": 1}
    with default_storage.open(cover_of(edition)) as file, Image.open(file) as kept:
        assert kept.convert("RGB").getpixel((50, 50))[0] > 200
    assert len(default_storage.listdir("covers")[1]) == 3


def test_what_somebody_removed_stays_away_until_they_ask_for_it(server, edition):
    wanted(edition, server.show("/a.jpg", picture()))
    fetch_covers()
    remove_cover(Edition.objects.get())
    wanted(edition, server.show("/b.jpg", picture(colour="blue")))

    assert fetch_covers() == {"not_needed": 1}
    assert repeat(CoverFetch.objects.all()) == 1
    assert fetch_covers() == {"fetched": 1}


def test_nothing_is_wanted_by_a_transaction_that_fails(edition):
    with transaction.atomic():
        assert want_covers({edition.pk: "https://pictures.example/a.jpg"}) == 1
        transaction.set_rollback(True)

    assert not CoverFetch.objects.exists()


def test_a_worker_that_dies_has_only_postponed_it(server, edition):
    fetch = wanted(edition, server.show("/a.jpg", picture()))
    CoverFetch.objects.filter(pk=fetch.pk).update(state="fetching", attempts=1, next_attempt_at=timezone.now())

    assert fetch_covers() == {"fetched": 1}


def test_a_storage_that_is_gone(server, edition, settings, tmp_path):
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    settings.MEDIA_ROOT = blocked
    wanted(edition, server.show("/a.jpg", picture()))

    assert fetch_covers() == {"put_off": 1}
    assert (cover_of(edition), CoverFetch.objects.get().state) == ("", "waiting")


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_fetch_each_picture_once_and_one_at_a_time_of_a_host(server):
    editions = [make_edition() for _ in range(12)]
    content = picture(size=(60, 90))
    want_covers({edition.pk: server.show(f"/{number}", content) for number, edition in enumerate(editions)})

    outcomes = at_once(lambda _: fetch_covers(8), range(4))

    assert sum(outcome["fetched"] for outcome in outcomes) == 12
    assert sorted(path for path, _ in server.asked) == sorted(f"/{number}" for number in range(12))
    assert set(server.at_a_time) == {1}
    assert Edition.objects.exclude(cover="").count() == 12


@pytest.mark.django_db(transaction=True)
def test_the_same_wish_at_once_is_one_row(edition):
    at_once(lambda _: want_covers({edition.pk: "https://pictures.example/a.jpg"}), range(8))

    assert CoverFetch.objects.count() == 1


def test_the_commands(server, edition, capsys):
    wanted(edition, server.show("/a.jpg", picture()))

    call_command("fetch_covers", "--all")
    call_command("fetch_covers", "--again", "0")
    call_command("fetch_covers")

    assert capsys.readouterr().out.splitlines() == ["1 fetched.", "1 unchanged.", "Nothing is due."]


def test_the_console_shows_and_repeats(client, edition):
    client.force_login(User.objects.create_superuser("admin@shop.example", "secret-words"))
    fetch = wanted(edition, "https://pictures.example/a.jpg")
    CoverFetch.objects.update(state="given_up", attempts=3, last_error="<b>Gone</b>")

    page = client.get("/console/catalog/coverfetch/", {"state__exact": "given_up", "q": "pictures.example"})
    client.post("/console/catalog/coverfetch/", {"action": "fetch_again", "_selected_action": [str(fetch.pk)]})

    assert "&lt;b&gt;Gone" in page.content.decode()
    fetch.refresh_from_db()
    assert (fetch.state, fetch.attempts, fetch.last_error) == ("waiting", 0, "")


def test_covers_of_before_are_rebuilt(client, edition, django_capture_on_commit_callbacks, capsys):
    old = f"covers/{edition.pk}-abc.webp"
    for name in (old, old.replace(".webp", ".thumb.webp")):
        default_storage.save(name, ContentFile(picture("WEBP", (500, 700))))
    Edition.objects.update(cover=old)
    gone = make_edition(cover="covers/gone.webp")
    before = client.get(f"/api/v1/editions/{edition.pk}/").json()["cover"]

    with django_capture_on_commit_callbacks(execute=True):
        call_command("rebuild_covers")
    call_command("rebuild_covers")

    assert (before["width"], before["widths"]) == (None, [])
    assert before["thumbnail"].endswith(".thumb.webp")
    after = client.get(f"/api/v1/editions/{edition.pk}/").json()["cover"]
    assert (after["width"], [each["width"] for each in after["widths"]]) == (500, [160, 320, 500])
    assert all(default_storage.exists(each["url"].partition("/media/")[2]) for each in after["widths"])
    assert not default_storage.exists(old)
    told = capsys.readouterr()
    assert told.out.splitlines() == ["1 made, 0 whole, 1 unreadable.", "0 made, 1 whole, 1 unreadable."]
    assert str(gone.pk) in told.err
