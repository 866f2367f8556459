"""What is pasted or imported as HTML, turned into the text that was meant."""

import re
from html.parser import HTMLParser

from consult.ground.text import visible


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


_BLOCKS = _names(
    "address article aside blockquote div dl figure footer form h1 h2 h3 h4 h5 h6 header main nav ol"
    " p pre section table tbody tfoot thead ul"
)
"""Each begins a paragraph."""

_LINES = _names("caption dd dt figcaption li tr")
"""Each begins a line."""

_WORDS = _names("a abbr b big body br cite code del em font html i img ins mark s small span strong sub sup td th u")
_SILENT = _names("head iframe math noscript object script style svg template title xml")
"""What they hold is no text of the author's."""

_DASH = "- "
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]{0,11})(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_DECLARATION = re.compile(r"<(?:!DOCTYPE\b|\?)[^<>]*>", re.IGNORECASE)
_LINE_END = re.compile(r"(<br\s*/?>)\n", re.IGNORECASE)
"""A line break that its author also typed: one of them is enough."""


def is_html(text: str) -> bool:
    """Whether a text was written as HTML: a known tag that opens and closes, or a line break.

    « 3 < 5 », « <b » and a lone « <p> » are what someone typed; so is a script, which no page of ours would run.
    """
    return bool(_tags_of(text) & (_BLOCKS | _LINES | _WORDS))


def _tags_of(text: str) -> set[str]:
    """The names of the tags that open and close somewhere in it; « br » needs no closing."""
    seen: dict[str, set[str]] = {"": set(), "/": set()}
    for slash, name in _TAG.findall(text):
        seen[slash].add(name.lower())
    return seen[""] & (seen["/"] | {"br"})


def html_to_text(text: str) -> str:
    """The text of what is HTML: paragraphs and lines kept, a dash before what was in a list; anything else as it is.

    Tags go, and so does what a page would not show; entities become their characters. What only looks like a tag, such as
    « <b » or « 3 < 5 », stays. The time it takes follows the length of the text, whatever is in it.
    """
    if not is_html(text):
        return text
    reader = _Reader(keeps_lines=not _tags_of(text) & (_BLOCKS | _LINES))
    reader.feed(_sure_tags_only(_LINE_END.sub(r"\1", _DECLARATION.sub("", _without_comments(text)))))
    reader.close()
    return visible(reader.text())  # an entity may name what nobody sees


def _without_comments(text: str) -> str:
    before, *parts = text.split("<!--")
    kept = [part.partition("-->")[2] if "-->" in part else f"&lt;!--{part}" for part in parts]
    return before + "".join(kept)


def _sure_tags_only(text: str) -> str:
    """The same, every « < » that opens no known tag written as its entity: the parser would take all that follows for one."""
    ends = {found[2].lower(): found.start() for found in _TAG.finditer(text) if found[1]}
    written, at = [], 0
    for found in _TAG.finditer(text):
        name = found[2].lower()
        is_known = name in _BLOCKS | _LINES | _WORDS or (name in _SILENT and ends.get(name, -1) >= found.start())
        written += [text[at : found.start()].replace("<", "&lt;"), found[0] if is_known else found[0].replace("<", "&lt;")]
        at = found.end()
    return "".join([*written, text[at:].replace("<", "&lt;")])


class _Reader(HTMLParser):
    """Writes lines as it meets tags. `keeps_lines`: the text has its own, and only a few words of it are dressed."""

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = [""]
        self._depth = 0
        self._silent: list[str] = []
        self._pre = int(keeps_lines)

    def text(self) -> str:
        """What was read: at most one blank line between two paragraphs."""
        lines = (line.rstrip() if line.strip() != _DASH.strip() else "" for line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in {"ul", "ol"}:
            if not self._depth:
                self._paragraph()
            self._depth += 1
        elif tag == "li":
            self._line()
            self._lines[-1] = "  " * max(self._depth - 1, 0) + _DASH
        elif tag in _BLOCKS:
            self._pre += tag == "pre"
            self._paragraph()
        elif tag in _LINES:
            self._line()
        elif tag == "br":
            self._lines.append("")
        elif tag in {"td", "th"} and self._lines[-1].strip():
            self._lines[-1] = self._lines[-1].rstrip() + " "

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            if tag in self._silent:
                del self._silent[self._silent.index(tag) :]
        elif tag in {"ul", "ol"}:
            self._depth = max(self._depth - 1, 0)
            if not self._depth:
                self._paragraph()
        elif tag in _BLOCKS:
            self._pre -= tag == "pre" and self._pre > 0
            self._paragraph()

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        if self._pre:
            first, *others = data.split("\n")
            self._lines[-1] += first
            self._lines.extend(others)
            return
        words = re.sub(r"[ \t\n\r\f]+", " ", data)
        if not self._lines[-1] or self._lines[-1].endswith(" "):
            words = words.lstrip(" ")
        self._lines[-1] += words

    def _line(self) -> None:
        if self._lines[-1].strip():
            self._lines.append("")

    def _paragraph(self) -> None:
        """A blank line; inside a list, an item holds its paragraphs on lines of their own."""
        if self._lines[-1].strip() == _DASH.strip():
            return
        self._line()
        if not self._depth and len(self._lines) > 1:
            self._lines.append("")
