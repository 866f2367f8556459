"""What is sealed is opened by the key that sealed it, or by nothing."""

from collections.abc import Iterator

import pytest

from consult.ground import vault
from tests.support.engines import SECRET

FIRST, SECOND = ("première clé du site, assez longue pour servir", "seconde clé du site, assez longue pour servir")


@pytest.fixture(autouse=True)
def first_key() -> Iterator[None]:
    vault.use(FIRST)
    yield
    vault.use(SECRET)


@pytest.mark.parametrize("clear", ["A", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "élu · 🗳", "x" * 500])
def test_what_is_sealed_comes_back(clear: str) -> None:
    sealed = vault.seal(clear)
    assert clear not in sealed
    assert sealed.isascii()
    assert vault.unseal(sealed) == clear


def test_the_key_of_a_phone_fills_its_column() -> None:
    assert len(vault.seal("A" * 32)) == 64


def test_only_the_right_key_opens_it() -> None:
    sealed = vault.seal("texte")
    vault.use(SECOND)
    assert vault.unseal(sealed) is None
    vault.use(SECOND, [FIRST])
    assert vault.unseal(sealed) == "texte"
    assert not vault.is_fresh(sealed)
    assert vault.is_fresh(vault.seal("texte"))
    assert vault.seal("texte") != sealed


@pytest.mark.parametrize("touched", ["", "A", "=", "é", "AAAA" * 16, " " * 64, "A" * 65])
def test_what_was_not_sealed_here_opens_nothing(touched: str) -> None:
    assert vault.unseal(touched) is None


def test_one_letter_changed_opens_nothing() -> None:
    sealed = vault.seal("A" * 32)
    for place in range(len(sealed)):
        other = "B" if sealed[place] == "A" else "A"
        assert vault.unseal(sealed[:place] + other + sealed[place + 1 :]) is None


def test_in_clear_is_read_as_it_is_and_sealed_when_written() -> None:
    column, engine = vault.Sealed(64, in_clear="[A-Z2-7]{32}"), None
    assert column.process_result_value("A" * 32, engine) == "A" * 32  # type: ignore[arg-type]
    assert column.process_result_value("A" * 33, engine) is None  # type: ignore[arg-type]
    assert column.process_result_value(None, engine) is None  # type: ignore[arg-type]
    assert column.process_bind_param(None, engine) is None  # type: ignore[arg-type]
    written = column.process_bind_param("A" * 32, engine)  # type: ignore[arg-type]
    assert column.process_result_value(written, engine) == "A" * 32  # type: ignore[arg-type]


def test_a_mark_is_of_one_text_and_of_this_site() -> None:
    mark = vault.mark("invitation:1")
    assert len(mark) == 16
    assert vault.is_marked("invitation:1", mark)
    assert not vault.is_marked("invitation:2", mark)
    for other in ("", mark[:-1], mark.lower(), "é" * 16):
        assert not vault.is_marked("invitation:1", other)
    vault.use(SECOND, [FIRST])
    assert vault.is_marked("invitation:1", mark)
    assert vault.mark("invitation:1") != mark
    vault.use(SECOND)
    assert not vault.is_marked("invitation:1", mark)
