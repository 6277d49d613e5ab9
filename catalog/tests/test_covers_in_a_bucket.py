"""Files in a bucket, against a small server that speaks as much of S3 as the shop asks for."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image

from bookstore.doctor import failure, ok
from catalog import doctor, reads
from catalog.errors import StorageUnavailable
from catalog.models import Edition
from catalog.services import remove_cover, set_cover
from catalog.services.cover_files import signed
from catalog.tests.factories import make_edition

BUCKET = "books"


class Bucket(BaseHTTPRequestHandler):
    """Objects by their path; every request must be signed by the shop's key."""

    protocol_version = "HTTP/1.1"

    def handle_one(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, unquote(parts.path), dict(self.headers)))
        is_signed = (
            "Credential=KEY/" in self.headers.get("Authorization", "") or "X-Amz-Credential=KEY%2F" in parts.query
        )
        status, answer, headers = self.answer(unquote(parts.path), body) if is_signed else (403, b"", {})
        self.send_response(status)
        for name, value in {"Content-Length": str(len(answer)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_PUT = do_HEAD = do_DELETE = handle_one

    def answer(self, path, body):
        kept = self.server.kept
        if self.command == "PUT":
            kept[path] = (body, self.headers)
            return 200, b"", {"ETag": '"x"'}
        if self.command == "DELETE":
            kept.pop(path, None)
            return 204, b"", {}
        if path not in kept:
            return 404, b"", {}
        return 200, kept[path][0], {"Content-Type": kept[path][1]["Content-Type"], "ETag": '"x"'}

    def log_message(self, *args):
        pass


@pytest.fixture
def bucket(settings):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.kept, server.asked = {}, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.MEDIA_S3 = {
        "bucket_name": BUCKET,
        "endpoint_url": f"http://127.0.0.1:{server.server_port}",
        "region_name": "eu-central-1",
        "access_key": "KEY",
        "secret_key": "SECRET",
        "location": "shop",
        "querystring_expire": 86_400,
    }
    settings.MEDIA_S3_BUCKET, settings.MEDIA_S3_PUBLIC_URL = BUCKET, "https://cdn.example/shop"
    settings.MEDIA_URL = "https://cdn.example/shop/"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "bookstore.storages.S3Media", "OPTIONS": settings.MEDIA_S3},
    }
    signed.cache_clear()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def edition(db):
    return make_edition()


def picture(colour="teal"):
    return Image.new("RGB", (400, 600), colour)


def test_a_cover_is_kept_in_the_bucket_for_ever_and_goes_with_its_smaller_pictures(
    bucket, edition, django_capture_on_commit_callbacks
):
    set_cover(edition, picture())

    name = edition.cover.name
    stem = f"/{BUCKET}/shop/{name.removesuffix('.webp')}"
    assert set(bucket.kept) == {f"{stem}.webp", f"{stem}.thumb.webp", f"{stem}.320.webp"}
    for body, headers in bucket.kept.values():
        assert body[8:12] == b"WEBP"
        assert headers["Content-Type"] == "image/webp"
        assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    with django_capture_on_commit_callbacks(execute=True):
        remove_cover(edition)
    assert bucket.kept == {}


def test_addresses_are_those_of_the_public_url_and_cost_no_request(bucket, edition):
    set_cover(edition, picture())
    asked = len(bucket.asked)

    shown = reads.cover(edition.cover.name, "https://shop.example")

    assert shown["url"] == f"https://cdn.example/shop/{edition.cover.name}" == default_storage.url(edition.cover.name)
    assert len(bucket.asked) == asked


def test_without_a_public_url_addresses_are_signed_for_a_time_and_made_once(bucket, edition, settings):
    settings.MEDIA_S3_PUBLIC_URL, settings.MEDIA_URL = "", "/media/"
    set_cover(edition, picture())
    asked = len(bucket.asked)

    shown = reads.cover(edition.cover.name, "https://shop.example")
    again = reads.cover(edition.cover.name, "https://shop.example")

    assert shown["url"].startswith(f"{settings.MEDIA_S3['endpoint_url']}/{BUCKET}/shop/{edition.cover.name}?")
    assert "X-Amz-Expires=86400" in shown["url"]
    assert "SECRET" not in shown["url"]
    assert again == shown
    assert len(bucket.asked) == asked


def test_a_bucket_that_is_gone_is_said_and_nothing_changes(bucket, edition, settings):
    settings.MEDIA_S3["secret_key"], settings.MEDIA_S3["access_key"] = "OTHER", "NOBODY"
    settings.STORAGES = {**settings.STORAGES}

    with pytest.raises(StorageUnavailable):
        set_cover(edition, picture())

    assert Edition.objects.get().cover.name == ""
    [finding] = doctor.files()
    assert finding.level == failure("", "").level


def test_the_doctor_looks_for_a_cover_that_the_shop_shows(bucket, edition):
    set_cover(edition, picture())
    assert [finding.level for finding in doctor.files()] == [ok("").level]

    bucket.kept.clear()

    assert [finding.level for finding in doctor.files()] == [failure("", "").level]


def test_covers_of_before_are_rebuilt_in_the_bucket(bucket, edition, django_capture_on_commit_callbacks):
    content = ContentFile(b"")
    set_cover(edition, picture())
    content = ContentFile(next(body for path, (body, _) in bucket.kept.items() if path.endswith("x600.webp")))
    bucket.kept.clear()
    default_storage.save("covers/old.webp", content)
    Edition.objects.update(cover="covers/old.webp")

    with django_capture_on_commit_callbacks(execute=True):
        call_command("rebuild_covers")

    assert Edition.objects.get().cover.name.endswith("-400x600.webp")
    assert len(bucket.kept) == 3
