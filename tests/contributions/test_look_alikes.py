"""What looks alike, why, and what is never suggested."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from consult.calendar.model import Edition
from consult.contributions.actions import edit, withdraw
from consult.contributions.look_alikes import SHOWN, LookAlike, like, look_alikes
from consult.contributions.model import Contribution, ContributionType, ContributionWord
from consult.contributions.rules import Status
from consult.contributions.stems import closeness, compared, rarity, stems
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from tests.support.stage_one import DURING_NEEDS, NEED, need, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

CANTEEN = ("Inscrire les enfants à la cantine", "Les parents remplissent une fiche en papier pour la restauration scolaire.")
SIBLING = ("Inscriptions à la cantine scolaire en ligne", "Chaque parent recopie une fiche pour son enfant.")
ROADS = ("Réparer les nids-de-poule", "La voirie reçoit trop d’appels.")
TREES = ("Recenser les arbres remarquables", "Un inventaire botanique tenu par des bénévoles.")


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def written(agent: Actor, edition: Edition, text: tuple[str, str]) -> Contribution:
    return need(agent, edition, title=text[0], situation=text[1], effects="")


def numbers(found: list[LookAlike]) -> list[int]:
    return [one.line.number for one in found]


class TestStems:
    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("Inscription, inscriptions, INSCRIRE", {"inscript": "inscription", "inscrir": "inscrire"}),
            ("L’école de la commune et les écoles", {"ecol": "école", "commun": "commune"}),
            ("avec tous ceux qui sont là", {}),
            ("œuvres", {"oeuvr": "œuvres"}),
            ("\u202edroite\u202c", {"droit": "droite"}),
            ("gaz", {"gaz": "gaz"}),
            ("", {}),
        ],
    )
    def test_each_telling_word_is_there_once_as_first_written(self, text: str, found: dict[str, str]) -> None:
        assert {stem: word for stem, word in stems(text).items() if stem != "la"} == found

    def test_a_stem_fits_its_column(self) -> None:
        assert [len(stem) for stem in stems("z" * 300)] == [40]

    def test_the_rarer_the_more_it_says(self) -> None:
        weights = [rarity(held, 100) for held in (1, 10, 100)]
        assert weights == sorted(weights, reverse=True)
        assert weights[-1] > 0
        assert rarity(3, 0) > 0

    def test_letters_forgive_a_spelling(self) -> None:
        near, far, same = closeness("la cantine scolaire", ["la cantinne scollaire", "un arbre", "la cantine scolaire"])
        assert far < near < same
        assert same == pytest.approx(1)
        assert closeness("", ["", "arbre"]) == pytest.approx([closeness("", [""])[0], 0], abs=1)

    def test_a_text_is_compared_by_how_it_begins(self) -> None:
        assert compared("Titre", "", "x" * 2000) == f"Titre {'x' * 594}"


class TestLookAlikes:
    def test_those_that_share_telling_words_come_with_these_words(self, edition: Edition, agent: Actor) -> None:
        first, sibling = written(agent, edition, CANTEEN), written(agent, edition, SIBLING)
        for other in (ROADS, TREES):
            written(agent, edition, other)
        found = like(first).alike
        assert numbers(found)[0] == sibling.number
        assert found[0].words == ["cantine", "enfant", "fiche", "parent"], "as the look-alike writes them"
        assert first.number not in numbers(found)

    def test_a_text_being_written_finds_them_too(self, edition: Edition, agent: Actor) -> None:
        sibling = written(agent, edition, SIBLING)
        written(agent, edition, TREES)
        assert numbers(look_alikes(edition.id, ContributionType.NEED, "La cantine").alike) == [sibling.number]

    @pytest.mark.parametrize("text", ["", "le la les", "ornithorynque"])
    def test_nothing_is_like_nothing(self, edition: Edition, agent: Actor, text: str) -> None:
        written(agent, edition, CANTEEN)
        assert not look_alikes(edition.id, ContributionType.NEED, text).any

    def test_another_edition_is_not_looked_into(self, world: World, edition: Edition, agent: Actor) -> None:
        written(agent, world.edition("2022"), CANTEEN)
        assert not look_alikes(edition.id, ContributionType.NEED, CANTEEN[0]).any

    def test_what_is_withdrawn_or_hidden_is_not_suggested(self, edition: Edition, agent: Actor) -> None:
        first, gone, hidden = (written(agent, edition, CANTEEN) for _ in range(3))
        assert len(like(first).alike) == 2
        withdraw(agent, gone.id, reason="En double.", at=DURING_NEEDS)
        assert numbers(like(first).alike) == [hidden.number]
        with transaction() as session:
            session.get_one(Contribution, hidden.id).hidden_at = DURING_NEEDS
        assert not like(first).any

    def test_a_corrected_text_is_found_by_its_new_words_only(self, edition: Edition, agent: Actor) -> None:
        found = written(agent, edition, CANTEEN)
        edit(agent, found.id, replace(NEED, title=TREES[0], situation=TREES[1], effects=""), at=DURING_NEEDS)
        assert not look_alikes(edition.id, ContributionType.NEED, CANTEEN[0]).any
        assert numbers(look_alikes(edition.id, ContributionType.NEED, TREES[0]).alike) == [found.number]

    def test_no_more_than_five_the_same_each_time(self, edition: Edition, agent: Actor) -> None:
        for _ in range(SHOWN + 3):
            written(agent, edition, CANTEEN)
        found = look_alikes(edition.id, ContributionType.NEED, CANTEEN[0])
        assert numbers(found.alike) == [1, 2, 3, 4, 5]

    def test_a_need_meets_the_services_that_may_answer_it(self, world: World, edition: Edition, agent: Actor) -> None:
        asked = written(agent, edition, CANTEEN)
        offered = service(world.person(GRAMAT), edition, title="Cantine en ligne", situation=SIBLING[1], effects="")
        service(world.person(GRAMAT), edition, title=TREES[0], situation="Une fiche par arbre.", effects="")
        assert numbers(like(asked).answers) == [offered.number]
        assert numbers(like(offered).answers) == [asked.number]
        assert like(offered).speakers == 1
        assert like(asked).alike == []

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_three_statements(self, edition: Edition, agent: Actor, rows: int) -> None:
        first = written(agent, edition, CANTEEN)
        for _ in range(rows):
            written(agent, edition, SIBLING)
        with count_statements() as sent:
            assert len(like(first).alike) == rows
        assert len(sent) == 3, "\n".join(sent)

    def test_stems_are_kept_by_edition_each_once(self, edition: Edition, agent: Actor) -> None:
        found = need(agent, edition, title="Arbre, arbres, ARBRE", situation="Un arbre.", effects="")
        assert found.status is Status.PUBLISHED
        assert reading().scalar(select(func.count()).select_from(ContributionWord)) == 1
