"""Requests to addresses that others gave: what is asked, and what never is."""

import socket
import ssl
import time
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bookstore import outgoing
from bookstore.tests.pictures import picture_server

ASKING = {"headers": {"Accept": "*/*"}, "limit": 100_000, "seconds": 2.0}


@pytest.fixture
def server(settings):
    with picture_server() as server:
        settings.OUTGOING_TRUSTED = [ip_network("127.0.0.1/32")]
        settings.OUTGOING_PORTS = [80, 443, server.server_port]
        yield server


@pytest.mark.parametrize(
    "url",
    [
        "", "ftp://example.com/a.jpg", "file:///etc/passwd", "javascript:alert(1)", "//example.com/a.jpg", "a.jpg",
        "http://", "http:///a.jpg", "http://user:secret@example.com/a.jpg", "http://user@example.com/a.jpg",
        "http://example.com:22/a.jpg", "http://example.com:99999/a.jpg", "http://example.com:x/", "http://[::1/",
        "http://exam ple.com/", "http://example.com/\r\nHost: other", "http://example.com\\@127.0.0.1/", "http://a..b/",
        "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f.1/",
        "http://" + "a" * 70 + ".example/", "https://example.com/" + "a" * 2000, "http://-/", "http://exa%6dple.com/",
    ],
)  # fmt: skip
def test_an_address_that_is_never_asked(url):
    with pytest.raises(outgoing.Refused):
        outgoing.check_url(url)


@pytest.mark.parametrize(
    "url",
    ["https://example.com/a.jpg", "http://example.com:80/", "HTTPS://Bücher.Example./ü.jpg?a=b", "http://8.8.8.8/"],
)
def test_an_address_that_may_be_asked(url):
    assert outgoing.check_url(url).scheme in {"http", "https"}


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.100.100.200",
        "168.63.129.16", "0.0.0.0",  # noqa: S104 - refused
         "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::",
        "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1", "2001:0:4136:e378::1", "fec0::1",
    ],
)  # fmt: skip
def test_no_address_of_a_private_network_is_asked(address):
    host = f"[{address}]" if ":" in address else address

    assert not outgoing.is_public(address)
    with pytest.raises(outgoing.Refused, match="private network"):
        outgoing.get(f"http://{host}/", **ASKING)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700:4700::1111"])
def test_addresses_of_the_internet(address):
    assert outgoing.is_public(address)


@pytest.mark.parametrize("host", ["localhost", "localhost.", "LOCALHOST"])
def test_a_name_that_leads_home_is_refused(host):
    with pytest.raises(outgoing.Refused, match="private network"):
        outgoing.get(f"http://{host}/", **ASKING)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)

    with pytest.raises(outgoing.Refused, match="private network"):
        outgoing.get("http://two-faced.example/", **ASKING)


def test_a_name_is_looked_up_once_and_the_connection_made_to_that_address(monkeypatch, server):
    """A name that answers differently the second time leads nowhere."""
    server.show("/a.jpg", b"picture")
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    def look_up(_host, port, *_args, **_options):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in answers.pop(0)]

    monkeypatch.setattr(outgoing.socket, "getaddrinfo", look_up)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect_to_address)

    answer = outgoing.get(f"http://pictures.example:{server.server_port}/a.jpg", **ASKING)

    assert (answer.status, answer.body, answers) == (200, b"picture", [["10.0.0.1"]])
    assert server.asked[0][1]["Host"] == f"pictures.example:{server.server_port}"


def test_where_the_first_address_does_not_answer_the_next_one_is_asked(monkeypatch, settings, server):
    server.show("/a.jpg", b"picture")
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, server.server_port)) for each in ("127.0.0.2", "127.0.0.1")
    ]
    settings.OUTGOING_TRUSTED = [ip_network("127.0.0.0/8")]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_args, **_options: found)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect_to_address)

    assert outgoing.get(f"http://pictures.example:{server.server_port}/a.jpg", **ASKING).body == b"picture"


def connect_to_address(address, timeout):
    """As socket.create_connection, which would ask for the name again; here there is none to ask for."""
    made = socket.socket()
    made.settimeout(timeout)
    try:
        made.connect(address)
    except OSError:
        made.close()
        raise
    return made


@pytest.mark.parametrize(("certified", "fails"), [("pictures.example", False), ("other.example", True)])
def test_a_certificate_is_checked_against_the_name_not_the_address(monkeypatch, server, tmp_path, certified, fails):
    file = certificate(tmp_path, certified)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.show("/a.jpg", b"picture")
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.server_port))]
    monkeypatch.setattr(outgoing.socket, "getaddrinfo", lambda *_args, **_options: found)
    monkeypatch.setattr(outgoing.socket, "create_connection", connect_to_address)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    url = f"https://pictures.example:{server.server_port}/a.jpg"

    if fails:
        with pytest.raises(outgoing.Failed, match="certificate"):
            outgoing.get(url, **ASKING)
    else:
        assert outgoing.get(url, **ASKING).body == b"picture"


def certificate(folder, host):
    """A key and a certificate of this host, which it has signed itself."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    pem, file = serialization.Encoding.PEM, folder / "server.pem"
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(secret + made.sign(key, hashes.SHA256()).public_bytes(pem))
    return file


def test_every_redirect_is_examined(server):
    server.show("/away", b"", 302, Location="http://169.254.169.254/latest/meta-data/")

    with pytest.raises(outgoing.Refused, match="private network"):
        outgoing.get(server.url("/away"), **ASKING)


@pytest.mark.parametrize("place", ["file:///etc/passwd", "http://u:p@example.com/", "http://[::1", "gopher://x/"])
def test_a_redirect_to_what_is_no_address(server, place):
    server.show("/away", b"", 302, Location=place)

    with pytest.raises(outgoing.Refused):
        outgoing.get(server.url("/away"), **ASKING)


def test_three_redirects_are_followed_and_a_fourth_is_not(server):
    for number in range(4):
        server.show(f"/{number}", b"", 302, Location=f"/{number + 1}")
    server.show("/4", b"there")

    assert outgoing.get(server.url("/1"), **ASKING).body == b"there"
    with pytest.raises(outgoing.Failed, match="on and on"):
        outgoing.get(server.url("/0"), **ASKING)


def test_a_file_that_never_ends_is_let_go(server):
    def endless(request):
        request.send_response(200)
        request.end_headers()
        while True:
            request.wfile.write(b"x" * 10_000)

    server.answers["/endless"] = endless

    with pytest.raises(outgoing.Refused, match="too large"):
        outgoing.get(server.url("/endless"), **ASKING)


@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_drips_is_hung_up_on(server, part):
    """Each byte comes within the time of one wait, and all of them never."""

    def slow(request):
        if part == "body":
            request.send_response(200)
            request.end_headers()
        for _ in range(200):
            request.wfile.write(b"H")
            request.wfile.flush()
            time.sleep(0.05)

    server.answers["/slow"] = slow
    began = time.monotonic()

    with pytest.raises(outgoing.Failed, match="too long"):
        outgoing.get(server.url("/slow"), **{**ASKING, "seconds": 0.5})
    assert time.monotonic() - began < 2


def test_a_file_that_breaks_off_is_no_answer(server):
    server.show("/short", b"half", Content_Length="100")

    with pytest.raises(outgoing.Failed):
        outgoing.get(server.url("/short"), **ASKING)


def test_nonsense_instead_of_http(server):
    server.answers["/nonsense"] = lambda request: request.wfile.write(b"\x00\xff nonsense\r\n\r\n")

    with pytest.raises(outgoing.Failed):
        outgoing.get(server.url("/nonsense"), **ASKING)


def test_a_port_where_nobody_listens(settings):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings.OUTGOING_TRUSTED, settings.OUTGOING_PORTS = [ip_network("127.0.0.1/32")], [port]

    with pytest.raises(outgoing.Failed):
        outgoing.get(f"http://127.0.0.1:{port}/", **ASKING)


def test_a_name_that_nobody_has():
    with pytest.raises(outgoing.Failed, match="not found"):
        outgoing.get("http://nobody.invalid/", **ASKING)
