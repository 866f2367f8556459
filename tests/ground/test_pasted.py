"""What is pasted as HTML becomes the text that was meant; whatever else is typed stays as it is."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.ground.pasted import html_to_text, is_html

WORD = (
    '<html xmlns:o="urn:schemas"><head><style>p { color: red }</style></head><body><!--StartFragment-->'
    "<p class=MsoNormal>Bonjour,<o:p></o:p></p>\n<p class=MsoNormal>L&rsquo;&eacute;cole</p><!--EndFragment--></body></html>"
)


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("<p>Un.</p><p>Deux &amp; trois.</p>", "Un.\n\nDeux & trois."),
        ("<div>Un</div><div>Deux</div>", "Un\n\nDeux"),
        ("Un<br>deux<br/>trois<br><br>quatre", "Un\ndeux\ntrois\n\nquatre"),
        ("Un<br>\ndeux", "Un\ndeux"),
        ("<p>Il faut :</p><ul><li>du temps</li><li><p>de l’argent</p></li></ul><p>Fin.</p>",
         "Il faut :\n\n- du temps\n- de l’argent\n\nFin."),
        ("<ul><li>un<ul><li>a</li><li>b</li></ul></li><li>deux</li></ul>", "- un\n  - a\n  - b\n- deux"),
        ("<ol><li>un</li><li></li><li>deux</li></ol>", "- un\n\n- deux"),
        ("<h2>Titre</h2>\n  <p>Le   texte\n du besoin</p>", "Titre\n\nLe texte du besoin"),
        ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<p>Visible</p><script>alert(1)</script><style>p{}</style>", "Visible"),
        ("<p>Avant</p><!-- caché --><p>après</p>", "Avant\n\naprès"),
        ("Premier.\n\nUn mot en <b>gras</b>.\n- une liste", "Premier.\n\nUn mot en gras.\n- une liste"),
        ("<p>a&#8238;b&#0;c&nbsp;d</p>", "ab\ufffdc\u00a0d"),
        ('<p title="a > b">c</p>', "c"),
        ("<p>3 < 5, et 6 <7 ; écrire à <x@exemple.fr></p>", "3 < 5, et 6 <7 ; écrire à <x@exemple.fr>"),
        ("<p>ouvert</p><b ", "ouvert\n\n<b"),
        ("<p>ouvert</p><script>jamais fermé", "ouvert\n\n<script>jamais fermé"),
        ("<p>ouvert</p><!-- jamais fermé", "ouvert\n\n<!-- jamais fermé"),
        ("<p>a</p>&lt;b&gt;", "a\n\n<b>"),
    ],
)  # fmt: skip
def test_paragraphs_lines_and_lists_are_kept(pasted: str, text: str) -> None:
    assert html_to_text(pasted) == text


def test_what_a_word_processor_copies() -> None:
    assert html_to_text(WORD).replace("\n\n\n", "\n\n").startswith("Bonjour,")
    assert html_to_text(WORD).endswith("L’école")
    assert "color" not in html_to_text(WORD)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "3 < 5",
        "<b ",
        "a <b et c> d",
        "la balise <p> seule",
        "</p>",
        "<script>alert('essai')</script>",
        '"><img src=x onerror=alert(1)>',
        "écrire à <jeanne@exemple.fr>",
        "AT&amp;T et &eacute;",
        "<<>> <->",
        "Une ligne\n\n   une autre  ",
    ],
)
def test_what_is_no_html_stays_as_typed(typed: str) -> None:
    assert not is_html(typed)
    assert html_to_text(typed) == typed


@given(st.text(alphabet="<>/pbli &;=\"'!-\nx", max_size=60))
def test_whatever_is_sent_gives_a_text_and_no_pair_of_tags(typed: str) -> None:
    text = html_to_text(typed)
    assert text == typed or not is_html(text) or "&" in typed


@pytest.mark.parametrize(
    "repeated",
    [
        "<p>a <b>b</b></p>",
        "<p>",
        "<",
        "<a ",
        '<a "',
        "<!--",
        "<script>",
        "<ul><li>",
        "</",
        "<!",
        "<?",
        "&",
        "<![CDATA[",
        "<br>",
    ],
)
def test_twenty_five_kilobytes_are_quick_whatever_they_are(repeated: str) -> None:
    pasted = "<p>x</p>" + repeated * (25_000 // len(repeated))
    begun = time.perf_counter()
    html_to_text(pasted)
    assert time.perf_counter() - begun < 2, "a quadratic reading takes ten seconds and more"
