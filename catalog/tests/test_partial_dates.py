import pytest
from django.core.exceptions import ValidationError

from catalog.models import Book
from catalog.partial_dates import PartialDate


@pytest.mark.parametrize("text", ["1997", "1997-06", "1997-06-26", "-0750", "0008", "2024-02-29"])
def test_a_date_keeps_its_precision(text):
    date = PartialDate.parse(text)

    assert str(date) == text
    assert PartialDate.from_number(date.number) == date


@pytest.mark.parametrize(
    "text", ["", "97", "1997-13", "1997-00", "2023-02-29", "1997-6-2", "0000", "tomorrow", "1997-06-26T00:00", "١٩٩٧"]
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=r"is no|is not|has no"):
        PartialDate.parse(text)


def test_numbers_sort_as_time_does():
    dates = ["-0750", "-0008", "0008", "1997", "1997-06", "1997-06-26", "1998"]

    assert sorted(dates, key=lambda text: PartialDate.parse(text).number) == dates


@pytest.mark.django_db
def test_the_column_keeps_it():
    book = Book.objects.create(title="Iliad", first_published=PartialDate(-750))

    assert Book.objects.get(first_published=PartialDate(-750)) == book
    assert str(Book.objects.get().first_published) == "-0750"


def test_the_form_says_what_to_write():
    with pytest.raises(ValidationError, match="Write a date like"):
        Book._meta.get_field("first_published").to_python("last year")
