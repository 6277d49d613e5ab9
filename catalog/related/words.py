"""Books with the same uncommon words in title and description. The one place that reads the words' index for this."""

from uuid import UUID

from catalog.related.candidates import rows

MOST_WORDS = 12
MANY = 1_000  # books with a word: it says little then
RARE = 50  # books with a word that alone makes two of them alike; of others it takes two

# What is common, the planner's statistics know: so the longest lists of the index are never read. Words of the title
# (weight A of a listing) come before those of the description (D), long ones before short ones.
ALIKE = f"""
WITH common AS (
    SELECT most_common_elems::text::text[] AS words FROM pg_stats
    WHERE schemaname = current_schema() AND tablename = 'catalog_listing' AND attname = 'search'
),
words AS MATERIALIZED (
    SELECT lexeme FROM catalog_listing listing, unnest(listing.search) AS word (lexeme, positions, weights)
    WHERE listing.book_id = %(book)s AND weights && ARRAY['A', 'D'] AND length(lexeme) > 3 AND lexeme ~ '[^0-9]'
        AND NOT EXISTS (SELECT 1 FROM common WHERE lexeme = ANY(common.words))
    ORDER BY 'A' = ANY(weights) DESC, length(lexeme) DESC, lexeme LIMIT {MOST_WORDS}
),
having_it AS MATERIALIZED (
    SELECT words.lexeme, listing.book_id, count(*) OVER (PARTITION BY words.lexeme) AS books
    FROM words CROSS JOIN LATERAL (
        SELECT book_id FROM catalog_listing
        WHERE search @@ ('''' || replace(words.lexeme, '''', '''''') || ''':AD')::tsquery LIMIT {MANY}) AS listing
),
telling AS (SELECT *, 1 / ln((1 + books)::float) AS weight FROM having_it WHERE books BETWEEN 2 AND {MANY - 1})
SELECT book_id AS id, sum(weight) / (SELECT sum(weight) FROM telling WHERE book_id = %(book)s) AS score
FROM telling WHERE book_id <> %(book)s
GROUP BY book_id HAVING count(*) > 1 OR min(books) <= {RARE}
ORDER BY score DESC, book_id LIMIT %(most)s"""


def alike_in_words(book: UUID, most: int) -> dict[UUID, float]:
    """The books most like it in words: 1 for one that has all its telling words."""
    return {row["id"]: row["score"] for row in rows(ALIKE, book=book, most=most)}
