"""What is pasted or imported as HTML, turned into the text that was meant."""

import re
from html import unescape

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

_SHOWN = _BLOCKS | _LINES | _WORDS

_DASH = "- "
_TAG = re.compile(r"""<(/?)([A-Za-z][A-Za-z0-9]{0,11})(?=[\s/>])(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_DECLARATION = re.compile(r"<(?:!DOCTYPE\b|\?)[^<>]*>", re.IGNORECASE)
_LINE_END = re.compile(r"(<br\s*/?>)\n", re.IGNORECASE)
"""A line break that its author also typed: one of them is enough."""


def is_html(text: str) -> bool:
    """Whether a text was written as HTML: a known tag that opens and closes, or a line break.

    « 3 < 5 », « <b » and a lone « <p> » are what someone typed; so is a script, which no page of ours would run.
    """
    return "<" in text and not _tags_of(text).isdisjoint(_SHOWN)


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
    reader.read(_LINE_END.sub(r"\1", _DECLARATION.sub("", _without_comments(text))))
    return visible(reader.text())  # an entity may name what nobody sees


def _without_comments(text: str) -> str:
    before, *parts = text.split("<!--")
    kept = [part.partition("-->")[2] if "-->" in part else f"&lt;!--{part}" for part in parts]
    return before + "".join(kept)


def _one_space(text: str) -> str:
    for space in "\t\n\r\f":
        text = text.replace(space, " ")
    while "  " in text:
        text = text.replace("  ", " ")
    return text


class _Reader:
    """Writes lines as it meets tags. `keeps_lines`: the text has its own, and only a few words of it are dressed.

    Not the parser of the library: all that follows a « < » that opens no known tag would be lost in one, and it is ten times
    slower on a file of ten thousand texts.
    """

    def __init__(self, *, keeps_lines: bool) -> None:
        self._lines: list[str] = [""]
        self._depth = 0
        self._silent: list[str] = []
        self._pre = int(keeps_lines)

    def read(self, text: str) -> None:
        """Every known tag, and the text between two of them; what only looks like a tag is text."""
        tags = list(_TAG.finditer(text))
        ends = {found[2].lower(): found.start() for found in tags if found[1]}
        at = 0
        for found in tags:
            name = found[2].lower()
            if name not in _SHOWN and not (name in _SILENT and ends.get(name, -1) >= found.start()):
                continue
            self._text(text[at : found.start()])
            at = found.end()
            if name in _SILENT:
                self._hush(name, found)
            elif not self._silent:
                (self._end if found[1] else self._start)(name)
        self._text(text[at:])

    def text(self) -> str:
        """What was read: at most one blank line between two paragraphs."""
        lines = (line.rstrip() if line.strip() != _DASH.strip() else "" for line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    def _hush(self, tag: str, found: re.Match[str]) -> None:
        if not found[1]:
            self._silent += [] if found[0].endswith("/>") else [tag]
        elif tag in self._silent:
            del self._silent[self._silent.index(tag) :]

    def _start(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
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

    def _end(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._depth = max(self._depth - 1, 0)
            if not self._depth:
                self._paragraph()
        elif tag in _BLOCKS:
            self._pre -= tag == "pre" and self._pre > 0
            self._paragraph()

    def _text(self, written: str) -> None:
        if self._silent or not written:
            return
        data = unescape(written) if "&" in written else written
        if self._pre:
            first, *others = data.split("\n")
            self._lines[-1] += first
            self._lines.extend(others)
            return
        words = _one_space(data)
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
