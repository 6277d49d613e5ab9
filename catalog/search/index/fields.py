"""What the index holds of a book: its fields, and how a listing becomes a document."""

import itertools
import re
from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import blake2b
from math import log
from typing import Any
from uuid import UUID

import orjson
import tantivy
from django.conf import settings

from catalog.models.works import ShortNumber
from catalog.search.facets import PRICE_STEPS
from catalog.vocabularies import Availability

VERSION = 10  # another number makes every shop build its index anew

COLUMNS = [
    "title", "series", "book_id", "title_key", "sort_title", "subtitle", "titles", "people", "series_names",
    "other_words", "description_words", "language", "languages", "formats", "conditions", "sellers", "contributors",
    "all_series", "publishers", "subjects", "copies", "price_minor", "currency", "availability", "rating_average",
    "rating_count", "published", "popularity", "changed_in",
]  # fmt: skip

PLACES = ("titles", "people", "series", "other")  # where a word stands, folded
WORDS = ("words", "names", "title_stems")  # all words and stems; those of titles, people and series
BEGINNINGS = ("starts", "people_starts", "series_starts")  # of those of titles, people and series; people; series
EXACT = ("exact_title", "main_title", "exact_person", "exact_series")  # the whole, folded
VALUES = ("formats", "languages", "conditions", "sellers", "contributors", "all_series", "publishers")
COUNTED = {"formats", "languages"}  # facets are counted over these, and over subjects by their short numbers
NUMBERS = ("availability", "rating", "published", "price", "highest_price")
ORDERS = ("by_popularity", "by_date", "by_price", "by_price_down", "by_rating")
STARTS = (1, 2, 3, 4)  # letters that a name's words are found by as by a word; longer beginnings are few words
SAMPLES = (8, 32)  # one of so many books is in each; the smaller one is part of the larger
TIERS = {"popular": 5_000, "known": 50_000}  # books that are looked at first where very many have the words

# Snowball's languages, by the tag of an edition.
STEMMERS = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hu": "hungarian", "it": "italian", "nb": "norwegian", "nl": "dutch", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish", "tr": "turkish",
}  # fmt: skip
# What a title's main part ends with; initials that are written apart; the thousands of a number.
END_OF_MAIN_TITLE = re.compile(r"[:;(/\[]| [-–—] ")
APOSTROPHES = re.compile(r"['’ʼ`´]")
INITIALS = re.compile(r"\b(?:[^\W\d] )+[^\W\d]\b")
THOUSANDS = re.compile(r"\b\d{1,3}(?: \d{3})+\b")
WITHOUT_SPACES = re.compile("([\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])")  # Chinese and Japanese

TIE_BITS = 30
LARGEST = 2**33 - 1  # that leaves room for the bits that decide ties
NO_PRICE = LARGEST
MOST_POPULAR = log(1 + 5_000_000)
COPY_DIMENSIONS = ("format", "language", "condition", "seller")


@cache
def schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("book", *EXACT, "copies", "tier", "sample", "step"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (*PLACES, *WORDS, *BEGINNINGS):
        option = "position" if name == "titles" else "basic"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    for name in VALUES:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in COUNTED)
    for name in (*NUMBERS, *ORDERS):
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in ("book_high", "book_low"):
        builder.add_unsigned_field(name, fast=True)
    builder.add_integer_field("subjects", indexed=True, fast=True)
    builder.add_float_field("weight", fast=True)
    return builder.build()


def document(row: dict[str, Any], levels: Iterable[int]) -> tantivy.Document:
    """A listing, given by COLUMNS, as the index keeps it; `levels` are the popularities that the TIERS begin at."""
    book: UUID = row["book_id"]
    copies = orjson.loads(row["copies"])
    made = tantivy.Document()
    made.add_text("book", str(book))
    made.add_unsigned("book_high", book.int >> 64)
    made.add_unsigned("book_low", book.int & (2**64 - 1))
    add_all(made, "sample", samples_of(book))
    if tier := next((name for name, level in zip(TIERS, levels, strict=True) if row["popularity"] >= level), None):
        made.add_text("tier", tier)
    add_words(made, row)
    add_all(made, "exact_title", exact_titles(row))
    made.add_text("main_title", main_title(row))
    add_all(made, "exact_person", {end for name in row["people"] for end in ends_of_name(name)})
    add_all(made, "exact_series", exact_series(row))
    for name in VALUES:
        add_all(made, name, map(str, row[name]))
    for subject in row["subjects"]:
        made.add_integer("subjects", ShortNumber.of(subject))
    add_all(made, "copies", copy_marks(copies))
    add_numbers(made, row, [price for *_, price in copies if price is not None])
    return made


def samples_of(book: UUID) -> list[str]:
    """Chance decides, not the id as it is: the books of one import have ids that follow each other."""
    number = int.from_bytes(blake2b(book.bytes, digest_size=4).digest(), "big")
    return [str(times) for times in SAMPLES if number % times == 0]


def add_words(made: tantivy.Document, row: dict[str, Any]) -> None:
    """Every word once for each place that it stands in, and reduced to its stem by the languages of the editions."""
    texts = {
        "titles": joined(" ".join(row["titles"]), THOUSANDS),
        "people": " ".join(joined(name, INITIALS) for name in row["people"]),
        "series": " ".join([*row["series_names"], *place_in_series(row)]),
        "other": row["other_words"],
    }
    texts = {name: spaced(text) for name, text in texts.items() if text}
    for name, text in texts.items():
        made.add_text(name, text)
    names = dict.fromkeys(" ".join(text for name, text in texts.items() if name != "other").split())
    words = names | dict.fromkeys(f"{texts.get('other', '')} {spaced(row['description_words'])}".split())
    titles = dict.fromkeys(f"{texts.get('titles', '')} {texts.get('series', '')}".split())
    made.add_text("names", " ".join(names))
    made.add_text("starts", beginnings(names))
    for name in ("people", "series"):
        made.add_text(f"{name}_starts", beginnings(texts.get(name, "").split()))
    made.add_text("words", " ".join(words))
    for tag in stemmed_tags(row["languages"], row["language"]):
        made.add_text("title_stems", stems_of(" ".join(titles), tag))
        made.add_text("words", stems_of(" ".join(words), tag))


def beginnings(words: Iterable[str]) -> str:
    return " ".join({word[:letters] for word in words for letters in STARTS if len(word) >= letters})


def add_all(made: tantivy.Document, name: str, texts: Iterable[str]) -> None:
    for text in texts:
        made.add_text(name, text)


def add_numbers(made: tantivy.Document, row: dict[str, Any], prices: list[int]) -> None:
    """What is filtered, counted and sorted by number. Every order ends in bits of the book's id, to be total."""
    rating = row["rating_average"] and int(row["rating_average"] * 100)
    price = row["price_minor"]
    made.add_integer("availability", row["availability"])
    if rating is not None:
        made.add_integer("rating", rating)
        add_all(made, "step", (f"rating {stars}" for stars in range(1, rating // 100 + 1)))
    if row["published"] is not None:
        made.add_integer("published", row["published"])
    if price is not None and row["currency"] == settings.SHOP_CURRENCY:
        made.add_integer("price", price)
        made.add_text("step", f"price {bisect(PRICE_STEPS, price)}")
    if prices:
        made.add_integer("highest_price", max(prices))
    orders = {
        "by_popularity": row["popularity"],
        "by_date": 0 if row["published"] is None else row["published"] + 2**31,
        "by_price": NO_PRICE if price is None else min(price, NO_PRICE - 1),
        "by_price_down": 0 if price is None else price + 1,
        "by_rating": ((rating or 0) << 22) + min(row["rating_count"], 2**22 - 1),
    }
    tie = row["book_id"].int & (2**TIE_BITS - 1)
    for name, value in orders.items():
        made.add_integer(name, (min(value, LARGEST) << TIE_BITS) | tie)
    made.add_float("weight", weight(row["popularity"], row["availability"]))


def weight(popularity: int, availability: int) -> float:
    """A factor of 1 to 2 by popularity, and a little more for what can be had, as the index wants it: 2 ** it - 2."""
    factor = 1 + min(log(1 + popularity) / MOST_POPULAR, 1) + 0.1 * (availability <= Availability.PREORDER)
    return float(2**factor - 2)


def exact_titles(row: dict[str, Any]) -> set[str]:
    """All that a reader may take for the whole title: with and without subtitle, and without the leading article."""
    title, subtitle = row["title_key"], " ".join(row["other_words"].split()[: len(row["subtitle"].split())])
    return {title, f"{title} {subtitle}".strip(), row["sort_title"], *row["titles"]} - {""}


def main_title(row: dict[str, Any]) -> str:
    """Where there is no subtitle apart, what stands before a colon or a bracket: Sapiens: A Brief History …"""
    main = END_OF_MAIN_TITLE.split(row["title"], maxsplit=1)[0]
    return " ".join(row["title_key"].split()[: len(re.findall(r"\w+", APOSTROPHES.sub("", main)))])


def ends_of_name(name: str) -> Iterator[str]:
    """A name as readers cut it, with initials apart and together: Gabriel García Márquez, García Márquez, Márquez."""
    for spelled in {name, INITIALS.sub(together, name)}:
        words = spelled.split()
        yield from (" ".join(words[start:]) for start in range(len(words)))


def exact_series(row: dict[str, Any]) -> set[str]:
    """The series by name, and the book by its place in it: Discworld 8."""
    return {
        *row["series_names"],
        *(f"{name} {place}" for name in row["series_names"] for place in place_in_series(row)[:1]),
    }


def place_in_series(row: dict[str, Any]) -> list[str]:
    """How readers ask for one book of a series: its number, and the words that they put with it."""
    position = (orjson.loads(row["series"]) if row["series"] else {}).get("position")
    number = [f"{position:g}"] if position is not None else []
    return [*number, "series", "book", "volume"] if row["series_names"] else []


def joined(text: str, apart: re.Pattern[str]) -> str:
    """The text, and what is written apart in it once more together: j r r tolkien jrr."""
    return " ".join([text, *(found.replace(" ", "") for found in apart.findall(text))])


def together(found: re.Match[str]) -> str:
    return found.group().replace(" ", "")


def spaced(text: str) -> str:
    """Words that are written without spaces between them, character by character."""
    return text if text.isascii() else WITHOUT_SPACES.sub(r" \1 ", text)


def stemmed_tags(languages: list[str], main: str) -> list[str]:
    """The languages whose rules the words are reduced by: those of the editions, else the shop's own."""
    tags = dict.fromkeys(tag.partition("-")[0] for tag in ([main, *languages] if main else languages))
    return [tag for tag in tags if tag in STEMMERS] or [settings.LANGUAGE_CODE.partition("-")[0]]


@cache
def stemmer(tag: str) -> tantivy.TextAnalyzer:
    plain = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace())
    return plain.filter(tantivy.Filter.stemmer(STEMMERS[tag])).build()


def stems_of(text: str, tag: str) -> str:
    return " ".join(f"{tag}:{stem}" for stem in dict.fromkeys(stemmer(tag).analyze(text)))


def copy_marks(copies: list[list[Any]]) -> set[str]:
    """For every copy, a mark for each combination of two or more of its format, language, condition and seller."""
    marks = set()
    for book_format, language, _, condition, seller, _ in copies:
        for tag in {language, language.partition("-")[0]}:
            values = dict(zip(COPY_DIMENSIONS, (book_format, tag, condition, seller), strict=True))
            known = [name for name in COPY_DIMENSIONS if values[name]]
            for size in range(2, len(known) + 1):
                together = itertools.combinations(known, size)
                marks |= {mark([(name, values[name]) for name in names]) for names in together}
    return marks


def mark(values: Iterable[tuple[str, str]]) -> str:
    """What one copy has at once, in few letters: [("format", "ebook"), ("language", "en")]."""
    return blake2b("|".join(f"{name}={value}" for name, value in values).encode(), digest_size=6).hexdigest()
