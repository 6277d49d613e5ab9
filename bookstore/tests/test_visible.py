import pytest
from rest_framework.exceptions import ValidationError

from bookstore import fields, forms
from bookstore.visible import has_tricks, visible

SEEN = [
    "Zoë",
    "O’Brien",
    "李",
    "عائشة",
    "علی\u200cرضا",
    "രാജന\u0d4d\u200d",
    "👩\u200d👧 📚",
    "❤️",
    "X Æ A-12",
    "#1",
    "C++",
]
UNSEEN = ["\u200b", "Ro\u200bsa", "Ro\u200dsa", "\u200dRosa", "\u202easoR", "\u2066Rosa\u2069", "\u3164", "\u2800",
          "\ufeffRosa", "\u00adRosa", "\U000e0041", "\u0301\u0301", "\ufe0f", "Ro\x00sa", "a\tb"]  # fmt: skip


@pytest.mark.parametrize("line", SEEN)
def test_what_is_seen_is_kept_as_it_is(line):
    assert (has_tricks(line), visible(line)) == (False, line)
    assert fields.LineField().run_validation(line) == forms.LineField().clean(line) == line


@pytest.mark.parametrize("line", UNSEEN)
def test_what_is_not_seen_is_refused_in_the_api_and_left_out_in_the_console(line):
    with pytest.raises(ValidationError):
        fields.LineField().run_validation(line)

    assert not has_tricks(forms.LineField(required=False).clean(line.replace("\0", "")))


@pytest.mark.parametrize(("line", "kept"), [("\u202easoR", "asoR"), ("\u0301", ""), ("a\tb", "a b"), ("\u200f א", "א")])
def test_what_is_left_of_a_line(line, kept):
    assert visible(line).strip() == kept


def test_prose_keeps_its_marks_of_direction_and_loses_what_turns_letters_around():
    hebrew = "\u200fתל־אביב (2\u200e–3)\nשורה"

    assert fields.WordsField().run_validation(hebrew) == forms.ProseField().clean(hebrew) == hebrew
    assert forms.ProseField().clean("not \u202edab\u202c\x07") == "not dab\u202c"
    with pytest.raises(ValidationError) as refusal:
        fields.WordsField().run_validation("not \u202edab")
    assert refusal.value.detail[0].code == "turned_around"
