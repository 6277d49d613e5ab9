import gzip
import json

import pytest

from bookstore.testing import shared_data
from catalog.imports.errors import ImportRefused, UnreadableRest
from catalog.imports.files import LONGEST_LINE, ImportFile, LineReader
from catalog.imports.rows import BadRow, Row, Table

READINGS = ["comma_in_quotes", "empty", "empty_crlf", "escaped_quotes", "json", "newlines", "newlines_crlf",
            "quotes_and_newlines", "simple", "simple_crlf", "utf8"]  # fmt: skip


def read(path, *columns):
    with LineReader(ImportFile.inspect(path)) as lines:
        return list(Table(lines, columns, columns))


def cells(rows):
    return [row.cells for row in rows if isinstance(row, Row)]


def bad(rows):
    return [(row.line, row.reason) for row in rows if isinstance(row, BadRow)]


def saved(folder, content, name="file.csv"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("name", READINGS)
def test_awkward_files_are_read_as_expected(name):
    rows = read(shared_data(f"bad-input/csv/csvs/{name}.csv"))

    expected = json.loads(shared_data(f"bad-input/csv/json/{name}.json").read_text())
    got = json.loads(json.dumps(cells(rows)).replace("\\r\\n", "\\n"))
    assert got == json.loads(json.dumps(expected).replace("\\r\\n", "\\n"))


def test_characters_that_were_lost_before_are_kept_as_they_are():
    [row] = read(shared_data("bad-input/csv/csvs/location_coordinates.csv"))

    assert row.cells["Location Coordinates"] == "37\ufffd36'37.8\"N 121\ufffd2'17.9\"W"
    assert (row.cells["Cities"], row.cells["Counties"]) == ("Modesto", "Stanislaus")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("utf-16", "utf-16"), ("cp1252", "cp1252"), ("cp1251", "cp1251")],
)
def test_the_encoding_is_found(tmp_path, encoding, found):
    words = "Война и мир, Преступление и наказание" if encoding == "cp1251" else "Dürrenmatt, Bücher für Größere, Käse"
    path = saved(tmp_path, f'title,note\n"{words}",1\n'.encode(encoding) * 1)

    assert str(ImportFile.inspect(path).encoding) == found
    assert cells(read(path)) == [{"title": words, "note": "1"}]


def test_one_damaged_byte_does_not_change_the_encoding_of_the_rest(tmp_path):
    path = saved(tmp_path, b"title\n" + "Bücher für Größe\n".encode() * 9 + b"K\xe4se\n")

    assert str(ImportFile.inspect(path).encoding) == "utf-8 with errors"
    assert cells(read(path))[-1] == {"title": "K\ufffdse"}


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xfe\xfd" + bytes(range(256)) * 20])
def test_what_is_no_text_is_refused(tmp_path, content):
    with pytest.raises(ImportRefused, match=r"encoding|header"):
        read(saved(tmp_path, content), "title")


def test_a_byte_order_mark_is_not_part_of_the_first_column(tmp_path):
    assert cells(read(saved(tmp_path, b"\xef\xbb\xbftitle\r\nEmma\r\n"))) == [{"title": "Emma"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_known_columns(tmp_path, delimiter):
    path = saved(tmp_path, f"Title {delimiter}ISBN\nEmma{delimiter}1\n".encode())

    assert cells(read(path, "title", "isbn")) == [{"title": "Emma", "isbn": "1"}]


def test_gzip_is_known_by_its_content(tmp_path):
    assert cells(read(saved(tmp_path, gzip.compress(b"title\nEmma\n"), "books.csv"))) == [{"title": "Emma"}]


def test_a_truncated_file_is_read_up_to_the_break(tmp_path):
    lines = b"".join(b"%d,%d\n" % (n, n**9) for n in range(20_000))
    whole = gzip.compress(b"a,b\n" + lines)
    path = saved(tmp_path, whole[: len(whole) // 2])

    with LineReader(ImportFile.inspect(path)) as reader:
        rows = iter(Table(reader))
        assert [next(rows).cells["a"] for _ in range(1000)][-1] == "999"
        with pytest.raises(UnreadableRest, match=r"after line \d+"):
            list(rows)


def test_rows_of_the_wrong_length_are_named_by_their_line(tmp_path):
    rows = read(saved(tmp_path, b'a,b\n1,2\n"x\ny",2,3\n1\n5,6\n'))

    assert cells(rows) == [{"a": "1", "b": "2"}, {"a": "5", "b": "6"}]
    assert [line for line, _ in bad(rows)] == [3, 4, 5]


def test_a_quote_never_closed_costs_only_its_own_line(tmp_path):
    rows = read(saved(tmp_path, b'a,b\n1,"open\n2,x\n3,"fine, too"\n4,y\n'))

    assert [row["a"] for row in cells(rows)] == ["2", "3", "4"]
    assert [line for line, _ in bad(rows)] == [2]


def test_a_quote_open_to_the_end_costs_only_its_own_line(tmp_path):
    rows = read(saved(tmp_path, b'a,b\n1,"open\n' + b"2,x\n" * 300_000))

    assert len(cells(rows)) == 300_000
    assert [line for line, _ in bad(rows)] == [2]


def test_quotes_around_a_first_word_are_part_of_the_text(tmp_path):
    [row] = read(saved(tmp_path, b'a,b\n1,"A" Is for Abductive\n'))

    assert row.cells["b"] == '"A" Is for Abductive'
    assert row.repair


def test_an_endless_line_is_reported_and_the_next_is_read(tmp_path):
    rows = read(saved(tmp_path, b"a,b\n1," + b"x" * (3 * LONGEST_LINE) + b"\n2,y\n"))

    assert cells(rows) == [{"a": "2", "b": "y"}]
    assert bad(rows) == [(2, "A line has more than 1,000,000 characters.")]


def test_an_overlong_field_is_reported(tmp_path):
    rows = read(saved(tmp_path, b"a,b\n1," + b"x" * 200_000 + b"\n2,y\n"))

    assert cells(rows) == [{"a": "2", "b": "y"}]
    assert bad(rows) == [(2, "A field has more than 131,072 characters.")]


@pytest.mark.parametrize(
    ("header", "sentence"), [("name", "no column title"), ("title,title", "more than once"), ("\n\n", "no header")]
)
def test_a_header_that_does_not_fit_is_refused(tmp_path, header, sentence):
    path = saved(tmp_path, f"{header}\nEmma\n".encode() if header.strip() else header.encode())

    with pytest.raises(ImportRefused, match=sentence):
        read(path, "title")
