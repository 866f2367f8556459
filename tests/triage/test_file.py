"""The schemes of an edition's file: the table as published, the former way of writing it, and what is wrong said."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from consult.calendar.file import EditionFileError
from consult.demo.company import EDITION_FILE
from consult.register.rules import Kind
from consult.triage.eligibility import Terms
from consult.triage.file import read_schemes

AXE_2 = {"axe2-dematerialisation", "axe2-donnees", "axe2-cooperation"}


def test_the_table_of_2021_is_entered_as_published() -> None:
    rules = {draft.code: draft.rules for draft in read_schemes(EDITION_FILE)}
    assert [len(each) for each in rules.values()] == [1] * 8
    for code in AXE_2:
        (rule,) = rules[code]
        assert (rule.opens_on, rule.closes_on) == (date(2021, 1, 25), date(2021, 5, 28))
        assert (rule.min_population, rule.is_indicative, rule.exempt_kinds) == (500_000, True, (Kind.DEPARTEMENT,))
        assert rule.rate == Decimal("0.5")
        assert "personnel" in rule.exclusions
        assert ("matériel" in rule.exclusions) == (code != "axe2-dematerialisation")
    (second,), (third,) = rules["axe2-second"], rules["axe3-guichets"]
    assert (second.opens_on, second.closes_on) == (date(2021, 10, 8), date(2021, 11, 22))
    assert (second.min_population, second.is_indicative, second.rate) == (300_000, False, Decimal("0.75"))
    assert (third.opens_on, third.closes_on, third.rate) == (date(2021, 3, 1), None, Decimal(1))
    assert set(third.unless) == AXE_2 | {"axe2-second"}
    (investigations,), (societe,), (out,) = rules["investigations"], rules["societe-numerique"], rules["hors-champ"]
    assert (investigations.opens_on, investigations.closes_on) == (None, date(2021, 3, 15))
    assert "montagne" in investigations.conditions
    assert (societe.opens_on, societe.closes_on, societe.rate) == (None, None, None)
    assert out.rate == 0


def written(folder: Path, schemes: str) -> Path:
    file = folder / "edition.toml"
    file.write_text('[[themes]]\nslug = "mobilite"\n[[schemes]]\ncode = "un"\nname = "Un"\n' + schemes, "utf-8")
    return file


SHARED = 'who = "Tous."\npurpose = "Tout."\nfunding = "Rien."\n'


def test_a_scheme_may_say_itself_what_its_only_rule_says(tmp_path: Path) -> None:
    (draft,) = read_schemes(written(tmp_path, SHARED + "min_population = 3\nopens_on = 2021-01-25\n"))
    assert draft.rules == (Terms(who="Tous.", purpose="Tout.", funding="Rien.", min_population=3, opens_on=date(2021, 1, 25)),)


def test_several_rules_share_what_their_scheme_says(tmp_path: Path) -> None:
    dated = '[[schemes.rules]]\ncloses_on = 2021-05-28\n[[schemes.rules]]\nopens_on = 2021-10-08\nfunding = "75"\n'
    (draft,) = read_schemes(written(tmp_path, SHARED + dated))
    first, second = draft.rules
    assert (first.who, first.funding, first.closes_on) == ("Tous.", "Rien.", date(2021, 5, 28))
    assert (second.who, second.funding, second.opens_on) == ("Tous.", "75", date(2021, 10, 8))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('opens_on = "demain"\n', "n’est pas une date"),
        ("opens_on = 2021-01-25T09:00:00\n", "n’est pas une date"),
        ("opens_on = 2021-05-28\ncloses_on = 2021-05-27\n", "avant le premier"),
        ('min_population = "beaucoup"\n', "n’est pas un nombre d’habitants"),
        ("min_population = 2\nmax_population = 1\n", "sous la minimale"),
        ('kinds = ["village"]\n', "village"),
        ('themes = ["inconnu"]\n', "inconnu"),
        ('unless = ["deux"]\n', "deux"),
        ("rate = 50\n", "de 0 à 1"),
        ('couleur = "verte"\n', "couleur"),
    ],
)
def test_what_is_wrong_is_said_with_the_name_of_the_scheme(tmp_path: Path, wrong: str, said: str) -> None:
    with pytest.raises(EditionFileError, match="guichet « un »") as error:
        read_schemes(written(tmp_path, SHARED + wrong))
    assert said in str(error.value)
