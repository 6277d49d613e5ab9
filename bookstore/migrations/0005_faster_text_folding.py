"""fold_text() in a fifth of the time, with the same results.

Plain ASCII, which most text is, needs no Unicode normalization and no plain letters for special ones. And single
spaces are left as they are: to put a space in the place of each space was most of the work.
"""

from django.db import migrations

SLOW = r"""
CREATE OR REPLACE FUNCTION fold_text(value text) RETURNS text
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

FAST = r"""
CREATE OR REPLACE FUNCTION fold_text(value text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
    IF octet_length(value) > length(value) THEN
        value := normalize(value, NFKD);
    END IF;
    value := regexp_replace(
        value, U&'\\m(c|d|j|l|m|n|s|t|qu|un|dell|dall|nell|sull)[''\2019\02BC]', '\1 ', 'gi');
    value := regexp_replace(
        value, U&'[\0300-\036F\1AB0-\1AFF\1DC0-\1DFF\20D0-\20FF''\2018\2019\02BC\02BB\0060\00B4\2032]', '', 'g');
    IF octet_length(value) > length(value) THEN
        IF value IS NOT NFC NORMALIZED THEN
            value := normalize(value, NFC);
        END IF;
        IF value ~ U&'[\00D8\00F8\0141\0142\0110\0111\0126\0127\0131\00D0\00F0\00DF\1E9E\00E6\00C6\0153]' THEN
            value := replace(replace(replace(replace(replace(
                translate(value, U&'\00D8\00F8\0141\0142\0110\0111\0126\0127\0131\00D0\00F0', 'OoLlDdHhidd'),
                U&'\00DF', 'ss'), U&'\1E9E', 'SS'), U&'\00E6', 'ae'), U&'\00C6', 'AE'), U&'\0153', 'oe');
        END IF;
    END IF;
    RETURN btrim(regexp_replace(lower(value), U&'([{other}]| [ {other}])[ {other}]*', ' ', 'g'));
END $$;
""".replace(
    "{other}",  # what stands between words, but for the space
    r"\0001-\001F\0021-\002F\003A-\0040\005B-\005E\005F\007B-\00A9\00AB-\00B1\00B4\00B6-\00B8\00BB\00BF\00D7\00F7"
    r"\2000-\206F\2190-\2BFF\3000-\3004\3008-\3020\3030\FF00-\FF0F\FE30-\FE4F",
)


class Migration(migrations.Migration):
    dependencies = [("bookstore", "0004_suppressed_addresses")]
    operations = [migrations.RunSQL(FAST, SLOW)]
