"""What authors write, as pages show it: a small, safe part of Markdown.

CommonMark without HTML and without images; a line end is a line. What people do not mean as marks is left as text: a row of
dashes, four spaces before a line, an entity. Whatever the first wall lets through, the second one (nh3) takes out: only the
tags and addresses listed here ever reach a page.
"""

import re
from collections.abc import Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from consult.web.words import typo

TAGS = {"p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "code", "pre", "h3", "h4", "a"}
NOT_MEANT = ("code", "entity", "hr", "html_block", "html_inline", "image", "lheading", "reference")
LINK_REL = "nofollow ugc noopener"
DEEPEST = 4
_WHOLE_ADDRESS = re.compile(r"(?:https?://[^/\\\s]|mailto:[^/\\\s])", re.IGNORECASE)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(NOT_MEANT)
    parser.validateLink = _is_whole_address  # type: ignore[method-assign]
    return parser


def _is_whole_address(url: str) -> bool:
    return bool(_WHOLE_ADDRESS.match(url))


_PARSER = _parser()


def markdown(text: str, under: int = 2) -> Markup:
    """A text of an author, as HTML that a page may hold. `under` is the level of the heading it comes under.

    Its own headings come one level below, or two: never an h2, and no level is skipped.
    """
    tokens = _PARSER.parse(str(text))
    _shift_headings(tokens, under)
    _set_words(tokens)
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    return Markup(_cleaned(html))  # noqa: S704 - nothing but the tags above is left


def _shift_headings(tokens: Sequence[Token], under: int) -> None:
    """The first heading of a text is one level below what it comes under; so are those above it, the others one lower."""
    highest = min(max(under + 1, 3), DEEPEST)
    first: int | None = None
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            level = int(token.tag[1])
            first = first or level
            token.tag = f"h{highest if level <= first else min(highest + 1, DEEPEST)}"


def _set_words(tokens: Sequence[Token]) -> None:
    """French typography, in the words alone: neither addresses nor code."""
    for token in tokens:
        for child in token.children or ():
            if child.type == "text":
                child.content = typo(child.content)


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}},
        attribute_filter=_kept,
        url_schemes={"http", "https", "mailto"},
        link_rel=LINK_REL,
    )


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """A second look: nothing but whole addresses, so no path of ours, and the first number of a list."""
    match tag, attribute:
        case ("a", "href"):
            return value if _is_whole_address(value) else None
        case ("ol", "start") | ("a", "rel"):
            return value
    return None
