"""Which page of a list is asked for."""

from flask import request

_HIGHEST = 100_000


def page_number() -> int:
    """The `page` of the address, from 1; what is no number, or no page a list could have, is the first."""
    typed = request.args.get("page", "1")
    number = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else 1
    return number if 1 <= number <= _HIGHEST else 1
