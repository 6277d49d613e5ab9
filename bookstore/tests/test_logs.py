import logging

import pytest
from django.test import Client
from structlog.stdlib import ProcessorFormatter

from bookstore.testing import NO_SUCH_ID


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/auth/verify/se.cret?x=se.cret", f"/purchases/{NO_SUCH_ID}/?token=se.cret"])
def test_tokens_of_links_are_in_no_line(path, caplog):
    [formatter] = [h.formatter for h in logging.getLogger().handlers if isinstance(h.formatter, ProcessorFormatter)]

    status = Client().get(path).status_code
    lines = [formatter.format(record) for record in caplog.get_records("call")]

    assert status >= 400
    assert [line for line in lines if "django.request" in line]
    assert not [line for line in lines if "se.cret" in line]
