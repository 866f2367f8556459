"""The server's log: what the site has to say, on standard error, where a service manager keeps it."""

import logging


class OneRecordAtATime(logging.Formatter):
    """A record's later lines, such as a trace's, are set in: whatever a visitor writes, no line passes for another record."""

    def format(self, record: logging.LogRecord) -> str:
        """The record, one line or set in."""
        return "\n    | ".join(super().format(record).splitlines())


def to_standard_error() -> None:
    """Write what the site says, from information up. Without this, Python shows nothing below a warning."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneRecordAtATime("%(levelname)s %(name)s: %(message)s"))
    logger = logging.getLogger("consult")
    logger.handlers = [handler]
    logger.setLevel(logging.INFO)
