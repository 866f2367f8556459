"""What authors write, as pages show it: marks become tags, and nothing else ever does. Read on the parsed page."""

import time
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from consult.ground.pasted import html_to_text
from consult.ground.text import visible
from consult.web.markdown import LINK_REL, TAGS, markdown
from tests.support.naughty import HOSTILE, INVISIBLE, ODD


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Une ligne\nune autre\n\nun paragraphe", "<p>Une ligne<br>\nune autre</p>\n<p>un paragraphe</p>\n"),
        ("*peu* et **beaucoup**", "<p><em>peu</em> et <strong>beaucoup</strong></p>\n"),
        ("- un\n- deux", "<ul>\n<li>un</li>\n<li>deux</li>\n</ul>\n"),
        ("3. trois\n4. quatre", '<ol start="3">\n<li>trois</li>\n<li>quatre</li>\n</ol>\n'),
        ("> cité", "<blockquote>\n<p>cité</p>\n</blockquote>\n"),
        ("`l'eau ;`", "<p><code>l'eau ;</code></p>\n"),
        ("l'eau ; « bon » !", "<p>l’eau&nbsp;; «&nbsp;bon&nbsp;»&nbsp;!</p>\n"),
        (
            "[ici](https://exemple.fr/a?b=1&c='d')",
            f'<p><a href="https://exemple.fr/a?b=1&amp;c=\'d\'" rel="{LINK_REL}">ici</a></p>\n',
        ),
        ("<mailto:a@exemple.fr>", f'<p><a href="mailto:a@exemple.fr" rel="{LINK_REL}">mailto:a@exemple.fr</a></p>\n'),
        ("", ""),
    ],
)
def test_marks_become_what_they_mean(text: str, html: str) -> None:
    assert str(markdown(text)) == html


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("titre ?\n---\nsuite", "titre\u00a0?\n---\nsuite"),
        ("-----", "-----"),
        ("    retrait", "retrait"),
        ("&lt;b&gt; &eacute;", "&lt;b&gt\u00a0; &eacute\u00a0;"),
        ("[1]: https://exemple.fr\n\nvoir [1]", "[1]: https://exemple.fr\nvoir [1]"),
        ("[x](/connexion) [y](javascript:alert(1))", "[x](/connexion) [y](javascript:alert(1))"),
        ("3 < 5 et <b>gras</b>", "3 < 5 et <b>gras</b>"),
        ("C:\\dossier\\fichier", "C:\\dossier\\fichier"),
    ],
)
def test_what_is_not_meant_as_a_mark_stays_text(text: str, read: str) -> None:
    soup = BeautifulSoup(str(markdown(text)), "html.parser")
    assert soup.get_text().strip() == read
    assert not soup.find_all(["a", "h2", "h3", "hr", "pre", "b"])


@pytest.mark.parametrize(
    ("text", "under", "levels"),
    [
        ("# a\n# b\n## c\n### d", 2, [3, 3, 4, 4]),
        ("### a\n# b\n#### c", 2, [3, 3, 4]),
        ("# a\n## b", 3, [4, 4]),
        ("# a", 1, [3]),
        ("###### a", 6, [4]),
        ("> # a\n\n- ## b", 2, [3, 4]),
    ],
)
def test_headings_stay_below_those_of_the_page(text: str, under: int, levels: list[int]) -> None:
    found = BeautifulSoup(str(markdown(text, under)), "html.parser").find_all(["h1", "h2", "h3", "h4", "h5", "h6"])
    assert [int(tag.name[1]) for tag in found] == levels


@given(st.lists(st.integers(1, 6), max_size=8), st.sampled_from([2, 3]))
def test_no_level_is_skipped_whatever_the_author_used(used: list[int], under: int) -> None:
    text = "\n\n".join(f"{'#' * level} titre" for level in used)
    tags = BeautifulSoup(str(markdown(text, under)), "html.parser").find_all(["h1", "h2", "h3", "h4", "h5", "h6"])
    levels = [under, *(int(tag.name[1]) for tag in tags)]
    assert len(levels) == len(used) + 1
    assert min(levels[1:], default=3) >= 3
    assert all(after <= before + 1 for before, after in pairwise(levels))


SCHEMES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "&#106;avascript:alert(1)",
    "&#x6A&#x61vascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript:%61lert(1)",
    "vbscript:msgbox(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "file:///etc/passwd",
    "//exemple.invalid/x",
    "/\\exemple.invalid",
    "https:\\\\exemple.invalid",
    "/compte/fermeture",
    "?page=2",
    "#contenu",
    "blob:https://exemple.invalid/1",
    "http:javascript:alert(1)",
    " javascript:alert(1)",
)
MARKUP = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//exemple.invalid/x.js></sCrIpT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)//",
    '<IMG """><SCRIPT>alert(1)</SCRIPT>">',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate attributeName=href values=javascript:alert(1) /></svg>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=alert(1)&gt;'>",
    "<math><mi//xlink:href='data:x,<script>alert(4)</script>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<template><s><template><s><img src=x onerror=alert(1)>@</s></template>",
    "<style><img src='</style><img src=x onerror=alert(1)//'>",
    "<title><img src='</title><img src=x onerror=alert(1)>'></title>",
    "<textarea><img src='</textarea><img src=x onerror=alert(1)>'>",
    "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<base href=//exemple.invalid/>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href=//exemple.invalid/x.css>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<input autofocus onfocus=alert(1)>",
    "<a href='javascript:alert(1)' onclick=alert(1)>x</a>",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    "<p style='background:url(javascript:alert(1))' id=contenu class=btn>x</p>",
    "<form action=/compte/fermeture method=post><button>x</button></form>",
    "<form id=x><input name=attributes><input name=attributes></form>",
    "<a id=x name=location href=cid:x>x</a>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><x onclick=alert(1)>",
    "<custom-element onclick=alert(1)>x</custom-element>",
    "<b <script>alert(1)</script>",
    "</p></div></main><h1>Titre</h1><script>alert(1)</script>",
    "<p>un</p><h2>deux</h2><script>alert(1)</script>",
    "\u2028<script>alert(1)</script>",
    "＜script＞alert(1)＜/script＞",
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "[a](<javascript:alert(1)>)",
    '[a](https://exemple.fr "x\\" onmouseover=alert(1) y=\\"")',
    "[a](https://exemple.fr 'title')",
    '![a](https://exemple.fr/x.png "onerror=alert(1)")',
    "[![a](javascript:alert(1))](javascript:alert(1))",
    '<https://exemple.fr/"onmouseover=alert(1)>',
    "<javascript:alert(1)>",
    "[a]: javascript:alert(1)\n\n[a]",
    "```<script>\nalert(1)\n```",
    '```js" onclick=alert(1)\nx\n```',
    "`<script>alert(1)</script>`",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "# <script>alert(1)</script>",
    "<p>[x](javascript:alert(1))</p>",
    "<div>&lt;script&gt;alert(1)&lt;/script&gt;</div>",
    "<div>&lt;p&gt;&amp;lt;script&amp;gt;alert(1)&lt;/p&gt;</div>",
)
FRAMES = (
    "{}",
    "[a]({})",
    "[a](<{}>)",
    "<{}>",
    "<p>{}</p>",
    "![a]({})",
    "# {}",
    "- {}",
    "> {}",
    "`{}",
    "<a href='{}'>x</a>",
    "**{}**",
)


@pytest.mark.parametrize("payload", [*SCHEMES, *MARKUP, *HOSTILE, *ODD, *(typed for typed, _ in INVISIBLE)])
def test_nothing_that_acts_ever_comes_out(payload: str) -> None:
    for frame in FRAMES:
        typed = frame.format(payload)
        for stored in (typed, visible(typed), html_to_text(visible(typed)), html_to_text(html_to_text(typed))):
            harmless(str(markdown(stored.encode("utf-8", "replace").decode())))


def harmless(html: str) -> None:
    for tag in BeautifulSoup(html, "html.parser").find_all(True):
        assert tag.name in TAGS, html
        assert set(tag.attrs) <= {"a": {"href", "rel"}, "ol": {"start"}}.get(tag.name, set()), html
        if tag.name == "a" and "href" in tag.attrs:
            assert str(tag["href"]).startswith(("https://", "http://", "mailto:")), html
            assert " ".join(tag["rel"]) == LINK_REL, html
        if "start" in tag.attrs:
            assert str(tag["start"]).isdecimal(), html


@given(st.text(alphabet="<>[]()`*_#!-\n\"'&;:/ajscript", max_size=80))
def test_nor_from_any_mixture(typed: str) -> None:
    harmless(str(markdown(typed)))
    harmless(str(markdown(html_to_text(typed))))


@pytest.mark.parametrize(
    "repeated", ["[", "> ", "*a", "`", "- ", "[a](", "<", "**a*", "_a__", "![[]()", "a\\\n", "\n- a", "&", "1. "]
)
def test_twenty_thousand_signs_are_quick_whatever_they_are(repeated: str) -> None:
    begun = time.perf_counter()
    markdown(repeated * (20_000 // len(repeated)))
    assert time.perf_counter() - begun < 5
