"""What looks alike, why, and what is never suggested."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select

from consult.calendar.model import Edition
from consult.contributions.actions import edit, withdraw
from consult.contributions.look_alikes import SHOWN, LookAlike, index_missing, like, look_alikes
from consult.contributions.model import Contribution, ContributionType, ContributionWord
from consult.contributions.rules import Status
from consult.contributions.stems import closeness, compared, is_ordinary, rarity, stems, telling
from consult.ground.actor import Actor
from consult.ground.database import reading, transaction
from tests.architecture.sources import ROOT
from tests.support.stage_one import DURING_NEEDS, NEED, need, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, ROCAMADOUR, World

CANTEEN = ("Inscrire les enfants à la cantine", "Les parents remplissent une fiche en papier pour la restauration scolaire.")
SIBLING = ("Inscriptions à la cantine scolaire en ligne", "Chaque parent recopie une fiche pour son enfant.")
ROADS = ("Réparer les nids-de-poule", "La voirie reçoit trop d’appels.")
WEAK = {"quelques", "aimerais", "faudrait", "vendredi", "mairie", "heures", "savoir", "cinq", "fois", "personne"}
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
            ("en 1978, article 27, la 5G", {"articl": "article", "5g": "5g"}),
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

    def test_an_ordinary_word_says_half_of_what_is_as_rare(self) -> None:
        (friday, would), (canteen,) = stems("vendredi, il faudrait"), stems("cantine")
        assert [is_ordinary(stem) for stem in (friday, would, canteen)] == [True, True, False]
        assert telling(friday, 3, 100) == telling(canteen, 3, 100) / 2

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

    def test_words_that_any_text_may_hold_bring_nothing_together(self, edition: Edition, agent: Actor) -> None:
        ordinary = " Il faudrait y passer quelques heures chaque vendredi, comme on aimerait le faire."
        first = written(agent, edition, (ROADS[0], ROADS[1] + ordinary))
        written(agent, edition, (TREES[0], TREES[1] + ordinary))
        assert not like(first).any

    def test_one_telling_word_far_in_a_long_text_is_not_enough(self, edition: Edition, agent: Actor) -> None:
        first = written(agent, edition, (CANTEEN[0], CANTEEN[1] + " La voirie est fermée."))
        roads = written(agent, edition, ROADS)
        assert not like(first).any
        assert not like(roads).any

    def test_the_texts_of_the_demonstration_find_their_own_kind_only(self, edition: Edition, agent: Actor) -> None:
        texts = json.loads((ROOT / "consult" / "demo" / "texts.json").read_text("utf-8"))["contributions"]
        by_title = {each["title"]: written(agent, edition, (each["title"], each["situation"])) for each in texts}
        found = {title: like(one).alike for title, one in by_title.items()}
        halls = found["Réserver les salles et le matériel municipal en ligne"][0]
        assert halls.line.title == "Réserver la salle, les tables et le barnum sans se disputer"
        assert halls.words == ["calendrier", "réserver", "salle", "tables"]
        assert found["Sortir de notre contrat de photocopieur"] == []
        assert sum(map(len, found.values())) < 1.5 * len(texts), "five each would be five times too many: few are of a kind"
        assert not [word for alike in found.values() for one in alike for word in one.words if word in WEAK]

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

    def test_what_was_published_before_stems_were_kept_gains_them_once(self, edition: Edition, agent: Actor) -> None:
        first, sibling = written(agent, edition, CANTEEN), written(agent, edition, SIBLING)
        with transaction() as session:
            session.execute(delete(ContributionWord))
        assert not like(first).any
        assert [index_missing(), index_missing()] == [2, 0]
        assert numbers(like(first).alike) == [sibling.number]

    def test_stems_are_kept_by_edition_each_once(self, edition: Edition, agent: Actor) -> None:
        found = need(agent, edition, title="Arbre, arbres, ARBRE", situation="Un arbre.", effects="")
        assert found.status is Status.PUBLISHED
        assert reading().scalar(select(func.count()).select_from(ContributionWord)) == 1
