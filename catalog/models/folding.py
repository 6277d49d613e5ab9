"""Text as searches compare it. The rules are the SQL function `fold_text`, so there is only one of them."""

from django.db.models import F, Func, GeneratedField, TextField


class FoldText(Func):
    """Lower case, no accents, no apostrophes, single spaces for all other punctuation."""

    function = "fold_text"
    output_field = TextField()


def folded(field: str) -> GeneratedField:
    """A column that PostgreSQL keeps equal to the folded text of another."""
    return GeneratedField(expression=FoldText(F(field)), output_field=TextField(), db_persist=True)


class WorkKey(Func):
    """The title by which editions of one work find each other: folded, without leading article and subtitle."""

    function = "work_key"
    output_field = TextField()
