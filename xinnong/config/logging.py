"""JSON logs, one object a line on stderr, without personal data.

A name cannot be recognised, so code logs references and counts only. What can be recognised,
resident ids, phones and fields that say what they hold, is taken out here; in tests it is an error.
"""

from __future__ import annotations

import logging
import logging.config
import re
from collections.abc import Mapping
from typing import Any, Final

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

REMOVED: Final = "[removed]"
PERSONAL_FIELDS: Final = frozenset(
    {"rid", "name", "phone", "address", "id_card", "password", "token"}
)
PERSONAL_TEXT: Final = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"  # resident id
    r"|[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"  # resident id of 15 digits
    r"|1[3-9]\d{9}"  # mobile phone
    r")(?![0-9A-Za-z])"
)


class PersonalDataInLog(AssertionError):
    """Raised while testing when code logs what it must not; the text says under which field."""


class WithoutPersonalData:
    """Processor that takes personal data out, or in strict mode raises PersonalDataInLog."""

    def __init__(self) -> None:
        self.strict = False

    def __call__(self, _logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        """Return the event, cleaned."""
        for field, value in event.items():
            clean = REMOVED if field in PERSONAL_FIELDS else cleaned(value)
            if clean != value and self.strict:
                raise PersonalDataInLog(f"personal data in the log field {field!r}")
            event[field] = clean
        return event


def cleaned(value: object) -> object:
    """The value without resident ids and phones, looking into lists and mappings."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return PERSONAL_TEXT.sub(REMOVED, value)
    if isinstance(value, int):
        return REMOVED if PERSONAL_TEXT.fullmatch(str(value)) else value
    if isinstance(value, Mapping):
        return {
            key: REMOVED if key in PERSONAL_FIELDS else cleaned(inner)
            for key, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [cleaned(inner) for inner in value]
    return value


without_personal_data: Final = WithoutPersonalData()

SHARED: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _formatter() -> logging.Formatter:
    """Formats records of our code and of libraries alike."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*SHARED, structlog.stdlib.ExtraAdder(allow=())],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )


def configure(level: str, file: str = "") -> None:
    """Send every log record of the process as JSON to stderr, or to the file where one is given."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(standard_library(level, file))


def standard_library(level: str, file: str = "") -> dict[str, Any]:
    """Configuration of the standard logging module; noisy libraries are kept quiet."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": _formatter}},
        "handlers": {"out": {**_outlet(file), "formatter": "json"}},
        "root": {"handlers": ["out"], "level": level},
        "loggers": {
            "_granian": {"level": level, "propagate": True},
            "axes": {"level": "ERROR"},  # writes sign-in names below that
            "django": {"level": "WARNING", "propagate": True},
            "procrastinate": {"level": "WARNING"},  # writes task arguments below that
        },
    }


def _outlet(file: str) -> dict[str, Any]:
    if file:
        return {
            "class": "logging.FileHandler",
            "filename": file,
            "encoding": "utf-8",
            "delay": True,
        }
    return {"class": "logging.StreamHandler"}
