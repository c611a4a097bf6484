"""One JSON object a line on standard error: never mail text, never addresses."""

import json
import logging
import sys
from datetime import UTC, datetime

ACCESS = logging.getLogger("replywell.access")
EVENTS = logging.getLogger("replywell.events")
# What else libraries put on a record stays out: it could quote a mail.
FIELDS = ("method", "route", "status", "ms", "bytes", "key", "bundle", "generation", "batch", "items", "reason")


class JsonLines(logging.Formatter):
    """Renders a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Time, level, logger, message and the known fields; of an exception its type and place only."""
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: record.__dict__[name] for name in FIELDS if name in record.__dict__}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["trace"] = _places(record)
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(record: logging.LogRecord) -> list[str]:
    """File, line and function of each frame: a message could hold the values of a statement, and so a mail."""
    places: list[str] = []
    trace = record.exc_info[2] if record.exc_info else None
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-12:]


def log_to_standard_error(level: str) -> None:
    """Send everything to standard error as JSON lines; Alembic and uvicorn speak up only from a warning on."""
    output = logging.StreamHandler(sys.stderr)
    output.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [output]
    root.setLevel(logging.WARNING)
    logging.getLogger("replywell").setLevel(level.upper())
