import re
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.env import Environment, broker_url, known_languages, media_origins


def test_an_empty_variable_counts_as_unset():
    assert Environment({"NAME": " "}).text("NAME", "default") == "default"


def test_a_required_variable_is_named_when_it_is_missing():
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        Environment({}).text("SECRET_KEY")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (lambda env: env.boolean("NAME", default=False), "yes"),
        (lambda env: env.integer("NAME", 1), "-1"),
        (lambda env: env.integer("NAME", 1), "²"),
        (lambda env: env.integer("NAME", 9, least=5), "4"),
        (lambda env: env.networks("NAME"), "localhost"),
        (lambda env: env.origins("NAME"), "shop.example"),
        (lambda env: env.origins("NAME"), "https://shop.example/path"),
        (lambda env: env.origin("NAME", "http://localhost:8000"), "https://shop.example/"),
        (lambda env: env.origin("NAME", "http://localhost:8000"), "ftp://shop.example"),
        (lambda env: env.origin("NAME", "http://localhost:8000"), "https://a.example,https://b.example"),
        (lambda env: env.integers("NAME"), "80,http"),
        (lambda env: env.address("NAME", "", ["https"]), "cdn.example"),
        (lambda env: env.rate("NAME", "1/second"), "many"),
        (lambda env: env.rate("NAME", "1/second"), "0/second"),
        (lambda env: env.pairs("NAME"), "a-secret"),
        (lambda env: env.pairs("NAME"), "user:secret,user:"),
        (lambda env: env.exclude("NAME", "OTHER", both=env.boolean("NAME", default=False)), "true"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_by_name(read, value):
    with pytest.raises(ImproperlyConfigured, match="NAME"):
        read(Environment({"NAME": value}))


def test_values_are_read_as_what_they_are():
    env = Environment({"ON": "True", "SIZE": "7", "NETS": "10.0.0.0/8, ::1", "RATE": "90/minute", "NONE": ""})

    assert env.boolean("ON", default=False) is True
    assert env.integer("SIZE", 1) == 7
    assert env.networks("NETS") == [ip_network("10.0.0.0/8"), ip_network("::1")]
    assert env.rate("RATE", "1/second") == (90, 60)
    assert env.words("NONE", "default") == []


def test_variables_of_one_family_are_read_together():
    env = Environment({"ANYMAIL_MAILGUN_API_KEY": "k", "ANYMAIL_DEBUG": "False", "ANYMAIL_EMPTY": "", "OTHER": "x"})

    assert env.family("ANYMAIL_") == {"MAILGUN_API_KEY": "k", "DEBUG": False}


@pytest.mark.parametrize(
    "read",
    [
        lambda env: env.choice("WRONG", "INFO", ["DEBUG", "INFO"]),
        lambda env: env.address("WRONG", "redis://localhost", ["redis"]),
        lambda env: env.file("WRONG"),
    ],
)
def test_choices_addresses_and_files_that_are_not_there_stop_the_start(read):
    with pytest.raises(ImproperlyConfigured, match="WRONG"):
        read(Environment({"WRONG": "mysql://nowhere"}))


def test_processes_that_start_at_once_share_one_secret_that_only_its_owner_reads(tmp_path):
    file = tmp_path / "data" / "secret_key"

    with ThreadPoolExecutor(8) as threads:
        secrets = set(threads.map(lambda _: Environment({}).secret("SECRET_KEY", file), range(32)))

    assert secrets == {file.read_text()}
    assert len(file.read_text()) > 50
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("redis", "celery"),
    [
        ("unix:///a%20b/redis.sock?db=2", "redis+socket:///a%20b/redis.sock?virtual_host=2"),
        ("rediss://user:word@cache:6380/1", "rediss://user:word@cache:6380/1"),
    ],
)
def test_celery_gets_the_same_redis_in_its_own_spelling(redis, celery):
    assert broker_url(redis) == celery


def test_every_variable_is_documented_and_no_other():
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', (settings.BASE_DIR / "config" / "settings.py").read_text()))
    documented = re.findall(r"^\| `([A-Z_]+)`", (settings.BASE_DIR / "docs" / "configuration.md").read_text(), re.M)

    assert sorted(documented) == sorted(read | {"PROMETHEUS_MULTIPROC_DIR"})


def test_a_language_is_one_with_a_catalogue(tmp_path):
    (tmp_path / "pt_BR").mkdir()
    (tmp_path / "klingon").mkdir()

    assert [code for code, _name in known_languages(tmp_path)] == ["en", "pt-br"]


def test_an_address_may_be_left_out_where_there_is_none_by_default():
    assert Environment({}).address("NAME", "", ["https"]) == ""


@pytest.mark.parametrize(
    ("public_url", "endpoint", "region", "origins"),
    [
        ("https://cdn.example/shop", None, None, ["https://cdn.example"]),
        ("", "http://minio.example:9000/", None, ["http://minio.example:9000"]),
        ("", None, "eu-west-1", ["https://books.s3.amazonaws.com", "https://books.s3.eu-west-1.amazonaws.com"]),
    ],
)
def test_browsers_are_told_where_pictures_come_from(public_url, endpoint, region, origins):
    storage = {"bucket_name": "books", "endpoint_url": endpoint, "region_name": region}

    assert media_origins(public_url, storage) == origins
