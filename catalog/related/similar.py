"""Books on the same things, by other hands."""

from uuid import UUID

from catalog.related.candidates import BRIEF, CANDIDATES, Candidate, OwnBook, found, rows
from catalog.related.words import alike_in_words

MANY = 500  # books under one heading: it says little then, and is not read whole
READ = 1_000  # books under uncommon headings; so many of the most popular are looked at for the common ones
OF_ONE = 300  # books under each of MOST_COMMON common headings
MOST_COMMON = 3
SCORED = 200
WORDS_COUNT = 0.5  # as much as half of all headings

# A heading counts the less the more books it has. The uncommon ones are read, the rarest first; of the common ones
# some books, and what is among the shop's most popular.
BY_SUBJECTS = f"""
WITH own AS MATERIALIZED (
    SELECT id, books, place, 1 / ln((1 + books)::float) AS weight,
           sum(books) OVER (ORDER BY books, place, id) - books AS before
    FROM (
        SELECT link.subject_id AS id, link.position AS place,
               (SELECT count(*) FROM (SELECT 1 FROM catalog_subjectlink other
                                      WHERE other.subject_id = link.subject_id LIMIT {MANY}) AS up_to_many) AS books
        FROM catalog_subjectlink link WHERE link.book_id = %(book)s ORDER BY link.position, link.id LIMIT 30
    ) AS counted WHERE books > 1
),
known AS (
    SELECT link.book_id FROM own JOIN catalog_subjectlink link ON link.subject_id = own.id
    WHERE own.books < {MANY} AND own.before < {READ}
    UNION
    SELECT some_of.book_id FROM (
        SELECT id FROM own WHERE books = {MANY} ORDER BY place, id LIMIT {MOST_COMMON}) AS common
    CROSS JOIN LATERAL (
        SELECT book_id FROM catalog_subjectlink WHERE subject_id = common.id LIMIT {OF_ONE}) AS some_of
    UNION
    SELECT top.book_id FROM (
        SELECT book_id, subjects FROM catalog_listing ORDER BY popularity DESC, book_id DESC LIMIT {READ}) AS top
    WHERE top.subjects && ARRAY(SELECT id FROM own WHERE books = {MANY})
)
SELECT listing.book_id AS id, (scored.score / (SELECT sum(weight) FROM own))::float AS score
FROM known JOIN catalog_listing listing ON listing.book_id = known.book_id
CROSS JOIN LATERAL (SELECT sum(weight)::float AS score FROM own WHERE own.id = ANY(listing.subjects)) AS scored
WHERE scored.score > 0 AND listing.book_id <> %(book)s AND NOT listing.contributors && %(authors)s::uuid[]
    AND (listing.languages && %(languages)s::text[] OR listing.languages = '{{}}' OR %(languages)s::text[] = '{{}}')
ORDER BY scored.score DESC, listing.popularity DESC, listing.book_id LIMIT {SCORED}"""

MOST_ALIKE = f"""
SELECT {BRIEF} FROM (
    SELECT listing.*, scored.score FROM unnest(%(books)s::uuid[], %(scores)s::float[]) AS scored (id, score)
    JOIN catalog_listing listing ON listing.book_id = scored.id
    WHERE NOT listing.contributors && %(authors)s::uuid[] AND (listing.languages && %(languages)s::text[]
        OR listing.languages = '{{}}' OR %(languages)s::text[] = '{{}}')
    ORDER BY scored.score DESC, listing.popularity DESC, listing.book_id LIMIT {CANDIDATES}) AS listing
ORDER BY can_be_had DESC, listing.score DESC, listing.popularity DESC, listing.book_id"""


def similar(book: OwnBook) -> list[Candidate]:
    """Books of other authors in its language with its subjects and words: of the most alike, what can be had first."""
    wanted = {"authors": book.authors, "languages": book.languages}
    score: dict[UUID, float] = {row["id"]: row["score"] for row in rows(BY_SUBJECTS, book=book.id, **wanted)}
    for other, likeness in alike_in_words(book.id, SCORED).items():
        score[other] = score.get(other, 0) + WORDS_COUNT * likeness
    return found(MOST_ALIKE, books=list(score), scores=list(score.values()), **wanted)
