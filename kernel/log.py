"""Log: JSON lines with a closed list of fields. Ids and codes only: what is not on the list is dropped, texts of exceptions too.

Libraries' lines are kept as their message template without its arguments, since an argument may be anything.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any, TextIO

import orjson
import structlog

FIELDS = (
    "timestamp", "level", "event", "service", "worker", "agency", "trace_id", "span_id", "event_id", "correlation_id", "topic",
    "partition", "offset", "records", "per_second", "outcome", "reason", "logger", "error", "where",
)
OURS = "tsunagu"
"""Name of our own logger."""
_SELDOM_S = 10.0
_PLAIN = re.compile(r"[A-Za-z .,:;!_()\[\]/-]*")
_FRAMES = 6
"""So many innermost places of a traceback are named."""
_ROOT = str(Path(__file__).resolve().parent.parent) + "/"
Line = MutableMapping[str, Any]


def configure(service: str, stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send every log line of this process, ours and the libraries', to ``stream`` (default: standard output)."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign], pass_foreign_args=True,
        processors=[_error, _of(service), structlog.processors.TimeStamper("iso", utc=True), _closed, _line],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(_Seldom())
    root = logging.getLogger()
    root.handlers[:], root.level = [handler], level
    logging.captureWarnings(True)
    for noisy in ("aiokafka", "faust", "mode", "asyncio"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))  # their progress is in our metrics
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(), wrapper_class=structlog.stdlib.BoundLogger, cache_logger_on_first_use=True,
    )


class _Seldom(logging.Filter):
    """A library that cannot reach its broker says so many times a second: each of its templates passes once in ``_SELDOM_S``."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is let through."""
        if record.name == OURS:
            return True
        name = (record.name, str(record.msg)[:200])
        seldom = record.created - self._last.get(name, 0.0) >= _SELDOM_S
        if seldom:
            self._last[name] = record.created
        return seldom


def logger() -> structlog.stdlib.BoundLogger:
    """A logger: ``logger().info("worker ready", worker=..., partition=...)``."""
    return structlog.stdlib.get_logger(OURS)


def _foreign(_: Any, __: str, line: Line) -> Line:
    """A library's line: its logger and its template; a text already put together only if it looks like a plain sentence."""
    record: logging.LogRecord = line["_record"]
    template = str(record.msg)[:200]
    line["event"] = template if line.pop("positional_args", ()) or _PLAIN.fullmatch(template) else "message withheld"
    line["level"], line["logger"] = record.levelname.lower(), record.name
    return line


def _error(_: Any, __: str, line: Line) -> Line:
    """An exception as its class and the places it came through, never its text."""
    found = line.pop("exc_info", None)
    if found is True:
        found = sys.exc_info()
    error = found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        line["where"] = " < ".join(f"{frame.filename.removeprefix(_ROOT)}:{frame.lineno}" for frame in reversed(frames))
    return line


def _of(service: str) -> structlog.types.Processor:
    def add(_: Any, __: str, line: Line) -> Line:
        line["service"] = service
        return line
    return add


def _closed(_: Any, __: str, line: Line) -> Line:
    return {field: line[field] for field in FIELDS if line.get(field) is not None}


def _line(_: Any, __: str, line: Line) -> str:
    return orjson.dumps(line, default=lambda value: type(value).__name__).decode()
