"""fold_text(): text as searches and matching compare it.

Compatibility decomposition (Unicode NFKD), combining marks and apostrophes left out (but the elided article of
"L'Étranger" is a word of its own), letters that do not decompose written plainly, everything between words as one space, lower case. ASCII and Unicode punctuation are listed one
by one, because [:alnum:] knows only ASCII letters in a database with the C locale.
"""

from django.db import migrations

FORWARD = r"""
CREATE FUNCTION fold_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    lower(replace(replace(replace(replace(replace(
        translate(
            normalize(
                regexp_replace(
                    regexp_replace(
                        normalize(value, NFKD),
                        U&'\\m(c|d|j|l|m|n|s|t|qu|un|dell|dall|nell|sull)[''\2019\02BC]', '\1 ', 'gi'),
                    U&'[\0300-\036F\1AB0-\1AFF\1DC0-\1DFF\20D0-\20FF''\2018\2019\02BC\02BB\0060\00B4\2032]', '', 'g'),
                NFC),
            U&'\00D8\00F8\0141\0142\0110\0111\0126\0127\0131\00D0\00F0', 'OoLlDdHhidd'),
        U&'\00DF', 'ss'), U&'\1E9E', 'SS'), U&'\00E6', 'ae'), U&'\00C6', 'AE'), U&'\0153', 'oe')),
    U&'[\0001-\002F\003A-\0040\005B-\005E\005F\007B-\00A9\00AB-\00B1\00B4\00B6-\00B8\00BB\00BF\00D7\00F7\2000-\206F\2190-\2BFF\3000-\3004\3008-\3020\3030\FF00-\FF0F\FE30-\FE4F]+', ' ', 'g'));
"""

BACKWARD = "DROP FUNCTION fold_text(text);"


class Migration(migrations.Migration):
    initial = True
    dependencies: list[tuple[str, str]] = []
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
