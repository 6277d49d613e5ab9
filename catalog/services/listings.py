"""Keep the shop window equal to the catalogue behind it."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from bookstore import versions
from catalog import availability
from catalog.vocabularies import AUTHOR, EDITOR, Format

# Leading articles left out in sorting, by the language of the title (as folded by fold_text).
ARTICLES = {
    "en": "the|a|an",
    "de": "der|die|das|ein|eine",
    "fr": "le|la|les|l|un|une",
    "es": "el|la|los|las|un|una",
    "it": "il|lo|la|i|gli|le|l|un|uno|una",
    "nl": "de|het|een",
    "pt": "o|a|os|as|um|uma",
}

COLUMNS = [
    "book_id", "title", "subtitle", "title_key", "sort_title", "authors", "series", "cover", "formats", "languages",
    "conditions", "sellers", "contributors", "all_series", "publishers", "subjects", "price_minor", "currency",
    "availability", "rating_average", "rating_count", "published", "popularity", "language", "titles", "people",
    "series_names", "other_words", "description_words", "copies", "search",
]  # fmt: skip

REFRESH = """
WITH RECURSIVE
wanted AS MATERIALIZED (SELECT book.* FROM catalog_book book WHERE book.id = ANY(%(books)s)),
people AS MATERIALIZED (
    SELECT part.book_id,
           array_agg(DISTINCT part.contributor_id) AS ids,
           array_agg(DISTINCT person.name_key) AS names,
           string_agg(DISTINCT fold_text(person.aliases::text), ' ') FILTER (WHERE person.aliases <> '[]') AS aliases,
           jsonb_agg(jsonb_build_object('id', person.id, 'name', person.name) ORDER BY part.position, part.id)
               FILTER (WHERE part.role = %(author)s) AS authors,
           jsonb_agg(jsonb_build_object('id', person.id, 'name', person.name) ORDER BY part.position, part.id)
               FILTER (WHERE part.role = %(editor)s) AS editors
    FROM wanted
    JOIN catalog_contribution part ON part.book_id = wanted.id
    JOIN catalog_contributor person ON person.id = part.contributor_id
    GROUP BY part.book_id
),
in_series AS MATERIALIZED (
    SELECT entry.book_id,
           array_agg(entry.series_id ORDER BY entry.id) AS ids,
           array_agg(DISTINCT series.name_key) AS names,
           (array_agg(jsonb_build_object('id', series.id, 'name', series.name, 'position', entry.position)
                      ORDER BY entry.id))[1] AS first
    FROM wanted
    JOIN catalog_seriesentry entry ON entry.book_id = wanted.id
    JOIN catalog_series series ON series.id = entry.series_id
    GROUP BY entry.book_id
),
subject_tree (book_id, subject_id) AS (
    SELECT link.book_id, link.subject_id FROM wanted JOIN catalog_subjectlink link ON link.book_id = wanted.id
    UNION
    SELECT tree.book_id, subject.parent_id
    FROM subject_tree tree JOIN catalog_subject subject ON subject.id = tree.subject_id
    WHERE subject.parent_id IS NOT NULL
),
about AS MATERIALIZED (
    SELECT tree.book_id, array_agg(subject.id ORDER BY subject.id) AS ids,
           string_agg(DISTINCT subject.label_key, ' ') AS headings
    FROM subject_tree tree JOIN catalog_subject subject ON subject.id = tree.subject_id
    GROUP BY tree.book_id
),
forms AS MATERIALIZED (
    SELECT edition.book_id,
           array_agg(DISTINCT edition.format) FILTER (WHERE edition.format <> %(unknown)s) AS formats,
           array_agg(DISTINCT tag) FILTER (WHERE tag <> '') AS languages,
           array_agg(DISTINCT edition.publisher_id) FILTER (WHERE edition.publisher_id IS NOT NULL) AS publishers,
           string_agg(DISTINCT publisher.name_key, ' ') AS publisher_names,
           array_agg(DISTINCT fold_text(edition.title)) FILTER (WHERE edition.title <> '') AS titles,
           (array_agg(edition.language ORDER BY edition.id))[1] AS language,
           (array_agg(edition.cover ORDER BY edition.id) FILTER (WHERE edition.cover <> ''))[1] AS cover,
           (array_agg(edition.description ORDER BY edition.id)
               FILTER (WHERE edition.description <> ''))[1] AS description,
           min(edition.published) AS published
    FROM wanted
    JOIN catalog_edition edition ON edition.book_id = wanted.id
    LEFT JOIN catalog_publisher publisher ON publisher.id = edition.publisher_id
    CROSS JOIN LATERAL (VALUES (edition.language), (split_part(edition.language, '-', 1))) AS tags (tag)
    WHERE edition.archived_at IS NULL
    GROUP BY edition.book_id
),
open_offers AS MATERIALIZED (
    SELECT edition.book_id, edition.id AS edition_id, offer.id, offer.seller_id, offer.condition, offer.price_minor,
           offer.currency, {availability} AS availability
    FROM wanted
    JOIN catalog_edition edition ON edition.book_id = wanted.id
    JOIN catalog_offer offer ON offer.edition_id = edition.id
    WHERE offer.archived_at IS NULL
),
market AS MATERIALIZED (
    SELECT book_id,
           min(availability) AS availability,
           array_agg(DISTINCT seller_id) FILTER (WHERE availability < %(unavailable)s) AS sellers,
           array_agg(DISTINCT condition) FILTER (WHERE availability < %(unavailable)s) AS conditions,
           (array_agg(jsonb_build_array(price_minor, currency)
                      ORDER BY (currency <> %(currency)s), currency, price_minor)
               FILTER (WHERE availability < %(out_of_stock)s))[1] AS best
    FROM open_offers GROUP BY book_id
),
copies AS MATERIALIZED (
    SELECT edition.book_id,
           jsonb_agg(jsonb_build_array(
               edition.format, edition.language, edition.publisher_id, sold.condition, sold.seller_id,
               CASE WHEN sold.availability < %(out_of_stock)s AND sold.currency = %(currency)s THEN sold.price_minor END
           ) ORDER BY edition.id, sold.id) AS copies
    FROM wanted
    JOIN catalog_edition edition ON edition.book_id = wanted.id
    LEFT JOIN open_offers sold ON sold.edition_id = edition.id AND sold.availability < %(unavailable)s
    WHERE edition.archived_at IS NULL
    GROUP BY edition.book_id
),
ratings AS MATERIALIZED (
    SELECT id AS book_id, sum(count) AS count, sum(count * stars)::numeric / nullif(sum(count), 0) AS average
    FROM wanted, unnest(wanted.rating_counts) WITH ORDINALITY AS rating (count, stars)
    GROUP BY id
)
INSERT INTO catalog_listing AS listing ({columns}, changed_in)
SELECT wanted.id, wanted.title, wanted.subtitle, wanted.title_key,
       left(coalesce(
           nullif(regexp_replace(
               wanted.title_key,
               '^(' || coalesce(%(articles)s::jsonb ->> split_part(forms.language, '-', 1), %(english)s) || ') ',
               ''), ''),
           wanted.title_key), 200),
       coalesce(people.authors, people.editors, '[]'), in_series.first, coalesce(forms.cover, ''),
       coalesce(forms.formats, '{}'), coalesce(forms.languages, '{}'), coalesce(market.conditions, '{}'),
       coalesce(market.sellers, '{}'), coalesce(people.ids, '{}'), coalesce(in_series.ids, '{}'),
       coalesce(forms.publishers, '{}'), coalesce(about.ids, '{}'),
       (market.best ->> 0)::bigint, coalesce(market.best ->> 1, ''), coalesce(market.availability, %(unavailable)s),
       round(ratings.average, 2), coalesce(ratings.count, 0),
       coalesce(wanted.first_published, forms.published), wanted.popularity, coalesce(forms.language, ''),
       words.titles, words.people, words.series, words.other, words.description, coalesce(copies.copies, '[]'),
       setweight(to_tsvector('simple', array_to_string(words.titles, ' ')), 'A')
       || setweight(to_tsvector('simple', array_to_string(words.people || words.series, ' ')), 'B')
       || setweight(to_tsvector('simple', words.other), 'C')
       || description_vector(words.description),  -- its words weigh D
       pg_current_xact_id()::text::bigint
FROM wanted
LEFT JOIN people ON people.book_id = wanted.id
LEFT JOIN in_series ON in_series.book_id = wanted.id
LEFT JOIN about ON about.book_id = wanted.id
LEFT JOIN forms ON forms.book_id = wanted.id
LEFT JOIN market ON market.book_id = wanted.id
LEFT JOIN copies ON copies.book_id = wanted.id
LEFT JOIN ratings ON ratings.book_id = wanted.id
CROSS JOIN LATERAL (
    SELECT wanted.title_key || array_remove(coalesce(forms.titles, '{}'), wanted.title_key) AS titles,
           coalesce(people.names, '{}') AS people,
           coalesce(in_series.names, '{}') AS series,
           concat_ws(' ', fold_text(wanted.subtitle), forms.publisher_names, about.headings, people.aliases) AS other,
           fold_text(left(concat_ws(' ', wanted.description, forms.description), 20000)) AS description
    OFFSET 0  -- or the words would be folded again for each place that they stand in
) AS words
ON CONFLICT (book_id) DO UPDATE SET ({columns}, changed_in) = ({excluded}, excluded.changed_in)
WHERE ({listed}) IS DISTINCT FROM ({excluded})
"""
for name, text in {
    "availability": availability.OF_AN_OFFER,
    "columns": ", ".join(COLUMNS),
    "listed": ", ".join(f"listing.{column}" for column in COLUMNS),
    "excluded": ", ".join(f"excluded.{column}" for column in COLUMNS),
}.items():
    REFRESH = REFRESH.replace(f"{{{name}}}", text)

# Whoever changes the same book at the same time goes on afterwards, and then sees this change too. Without it, each
# of two sellers who change their offers at once would derive the listing from the other's old one.
LOCK = "SELECT 1 FROM catalog_book WHERE id = ANY(%(books)s) ORDER BY id FOR NO KEY UPDATE"

# Every join is by a key that has an index. A planner that takes the tables for empty, as it does after a vacuum before
# the first import, would read them whole for each book instead, as it would work out anew for each book what is not
# MATERIALIZED: minutes for what takes a tenth of a second.
BY_INDEX = "SET LOCAL enable_seqscan = off"
AS_EVER = "SET LOCAL enable_seqscan = on"


def refreshed(books: Iterable[UUID]) -> dict[str, Any]:
    """The parameters of the statements above."""
    return {
        "books": list(books),
        **availability.PARAMETERS,
        "author": AUTHOR,
        "editor": EDITOR,
        "unknown": Format.UNKNOWN,
        "currency": settings.SHOP_CURRENCY,
        "articles": json.dumps(ARTICLES),
        "english": ARTICLES["en"],
    }


def refresh_listings(books: Iterable[UUID]) -> int:
    """Derive the listings of these books anew, and count those that changed.

    Call it in the transaction of every change to a book, its editions, offers, people, series or subjects; readers
    see the change, and cached answers end, when that commits.
    """
    values = refreshed(books)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, values)
        cursor.execute(BY_INDEX)
        cursor.execute(REFRESH, values)
        changed = int(cursor.rowcount)
        cursor.execute(AS_EVER)
        transaction.on_commit(bump)
    return changed


def bump() -> None:
    versions.bump("catalog")
