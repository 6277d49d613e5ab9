"""Logs: one JSON object a line on standard output, each with the request's id where there is one."""

import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

import orjson
import structlog
from django.conf import settings

SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.ExtraAdder(),
    structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
]


def without_tokens(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Django's own lines name a request's whole address; tokens in links are nobody's to read (SECRET_PATHS)."""
    for name in ("request", "message"):  # the event again, where another handler has formatted it
        event.pop(name, None)
    for prefix in settings.SECRET_PATHS:
        before, found, _token = str(event["event"]).partition(prefix)
        event["event"] = f"{before}{prefix}…" if found else event["event"]
    return event


def as_line(event: dict[str, Any], **_options: Any) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_UTC_Z).decode()


class Line(dict[str, Any]):
    """A line that needs no more work."""


class Lines(structlog.stdlib.ProcessorFormatter):
    def format(self, record: logging.LogRecord) -> str:
        return as_line(record.msg) if isinstance(record.msg, Line) else super().format(record)


access = logging.getLogger("bookstore.access")


def write_access(**fields: Any) -> None:
    """The line about a request. Each has one, so it takes the short way, past the processors and the stack."""
    if access.isEnabledFor(logging.INFO):
        known = structlog.contextvars.get_contextvars()
        line = Line(**fields, event="request", **known, logger=access.name, level="info", timestamp=datetime.now(UTC))
        access.handle(logging.LogRecord(access.name, logging.INFO, "", 0, line, None, None))


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: both structlog's and the standard library's loggers write the same lines."""
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # no line names them
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": Lines,
                    "foreign_pre_chain": [*SHARED, without_tokens],
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(serializer=as_line),
                    ],
                },
            },
            "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stdout"], "level": options["level"]},
            "loggers": {"django.server": {"handlers": [], "propagate": True}},
        }
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
