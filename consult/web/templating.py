"""What every template may use: the words of French, who asks, in which edition."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Flask, g, request, url_for
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from consult.config import Settings
from consult.ground import clock
from consult.register.file import SOURCE
from consult.web import context, words
from consult.web.indicator_words import exact, measured
from consult.web.markdown import markdown
from consult.web.reasons import wording
from consult.web.scheme_words import rule_changes, rule_dates, rule_lines
from consult.web.successors import now_called


@dataclass(frozen=True, slots=True)
class Site:
    """What the templates say of the site itself."""

    name: str
    tagline: str
    operator: str
    contact: str
    register_vintage: str
    is_demo: bool


_BEFORE_HIGH_SIGNS = re.compile(r"(?:(?<=[\w»)%’>])|\A) (?=[:;?!»](?:\s|<|$))")
"""At the beginning too: what comes before is then a value, or the end of a condition."""
_AFTER_OPENING = re.compile(r"« ")


class FrenchTypography(Extension):
    """Sets the words written in templates as French print does: no line begins with « : », « ; », « ? », « ! » or « » ».

    Only what the templates say themselves: text between tags and quoted words. What authors write goes through `typo`.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Jinja hands over each token of a template once, when it compiles it."""
        for token in stream:
            if token.type in {"data", "string"}:
                yield Token(token.lineno, token.type, _spaced(token.value))
            else:
                yield token


def _spaced(text: str) -> str:
    return _AFTER_OPENING.sub(f"«{words.NBSP}", _BEFORE_HIGH_SIGNS.sub(words.NBSP, text))


def init_app(app: Flask, settings: Settings) -> None:
    """Give the templates their filters and globals."""
    app.jinja_env.add_extension(FrenchTypography)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for word in (
        words.day,
        words.short_day,
        words.weekday,
        words.hour,
        words.at_hour,
        words.closing,
        words.instant,
        words.parsed,
        words.moment,
        words.number,
        words.euros,
        exact,
        measured,
        words.weight,
        words.plural,
        words.typo,
        words.paragraphs,
        markdown,
        rule_dates,
        rule_lines,
        rule_changes,
    ):
        app.jinja_env.filters[word.__name__] = word
    app.jinja_env.globals["remaining"] = words.remaining
    app.jinja_env.globals["url_for_page"] = url_for_page
    app.jinja_env.globals["refusal"] = wording
    app.jinja_env.globals["now_called"] = now_called
    site = Site(
        name=settings.site_name,
        tagline=settings.site_tagline,
        operator=settings.operator,
        contact=settings.contact,
        register_vintage=SOURCE.vintage,
        is_demo=settings.is_demo,
    )

    @app.context_processor
    def _everywhere() -> dict[str, Any]:
        rehearsing = clock.is_rehearsing()
        return {
            "site": site,
            "actor": context.actor(),
            "edition": g.get("edition"),
            "current_edition": context.latest_edition(),
            "at": context.received_at(),
            "rehearsal": context.received_at() if rehearsing else None,
            "rehearsal_url": url_for("rehearsal.show") if rehearsing and settings.is_demo else None,
        }


def url_for_page(number: int) -> str:
    """The address of another page of the list being shown, its filters kept. What was asked never becomes an argument of
    `url_for`: only text after the question mark."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    if number > 1:
        asked.append(("page", str(number)))
    address = url_for(request.endpoint or "", **(request.view_args or {}))
    return f"{address}?{urlencode(asked)}" if asked else address
