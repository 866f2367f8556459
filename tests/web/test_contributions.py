"""Contributions, page by page: the list, one of them, the forms, « Nous aussi »."""

from datetime import timedelta

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.calendar.rules import Stage
from consult.contributions import actions
from consult.contributions.queries import Filters, find, one
from consult.ground.actor import Actor, Profile, Role
from consult.ground.database import reading
from consult.triage.actions import declare_ineligible, reorient
from consult.web.words import typo
from tests.support.page import PageClient
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme, service
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, closing_of, during, just_before

LIST, NEW = "/2021/contributions", "/2021/contributions/nouvelle"
TYPED_NEED = {
    "type": "besoin",
    "title": "Signaler un nid-de-poule",
    "situation": "Nous notons sur un carnet.",
    "themes": ["mobilite-transports"],
}
TYPED_SERVICE = TYPED_NEED | {
    "type": "service",
    "title": "Application ouverte",
    "url": "https://service.exemple.fr",
    "funding_sought": "12 000,50 €",
    "funding_purpose": "L’installation.",
}


@pytest.fixture
def edition(world: World, hold) -> Edition:
    hold(DURING_NEEDS)
    world.edition("2022")
    return world.edition(is_fictitious=True)


@pytest.fixture
def agent(world: World) -> Actor:
    return world.person(ROCAMADOUR)


class TestList:
    def test_empty_it_says_what_to_do(self, edition: Edition, client: PageClient, hold) -> None:
        page = client.get(LIST)
        assert "Personne n’a encore écrit" in page.main
        assert page.links()["Écrire une contribution"] == NEW
        hold(during(Stage.VOTING))
        assert "Écrire une contribution" not in client.get(LIST).main

    def test_a_line_says_who_and_how_many(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        found = need(agent, edition)
        actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        page = client.get(LIST)
        assert "1 contribution , les plus récentes d’abord" in page.main
        for words in ("Besoin", "En attente d’examen", "contribution fictive", found.title, "Mobilité et transports"):
            assert words in page.main
        assert "Rocamadour (Lot) · commune de" in page.main
        assert "secrétaire de mairie, profil agent · 1 autre collectivité dit « nous aussi »" in page.main
        assert agent.name not in page.text

    @pytest.mark.parametrize(
        ("query", "titles"),
        [
            ("", ["Application", "Nid-de-poule", "Cantine"]),
            ("type=besoin", ["Nid-de-poule", "Cantine"]),
            ("type=service", ["Application"]),
            ("theme=inclusion-numerique", ["Application"]),
            ("departement=46&type=besoin", ["Nid-de-poule", "Cantine"]),
            ("departement=01", []),
            ("q=CANTINE", ["Cantine"]),
            ("q=gramat", ["Nid-de-poule"]),
            ("statut=non-recevable", ["Cantine"]),
            ("statut=en-attente", ["Application", "Nid-de-poule"]),
            ("tri=ancien", ["Cantine", "Nid-de-poule", "Application"]),
            ("tri=partage", ["Nid-de-poule", "Application", "Cantine"]),
            ("q=%00%E2%80%AEcantine", ["Cantine"]),
            ("page=999", ["Application", "Nid-de-poule", "Cantine"]),
            ("page=-1&q=%25", ["Application", "Nid-de-poule", "Cantine"]),
        ],
    )
    def test_filters(
        self, world: World, edition: Edition, agent: Actor, client: PageClient, query: str, titles: list[str]
    ) -> None:
        moderator = world.person(None, Role.MODERATOR)
        declare_ineligible(moderator, need(agent, edition, title="Cantine").id, reason="Hors champ.", at=DURING_NEEDS)
        shared = need(world.person(GRAMAT), edition, title="Nid-de-poule")
        actions.say_me_too(world.person(LOT), shared.id, at=DURING_NEEDS)
        service(agent, edition, title="Application")
        page = client.get(f"{LIST}?{query}")
        assert [tag.get_text() for tag in page.soup.select(".item-title")] == titles

    def test_the_filters_in_force_are_said_and_kept_from_page_to_page(
        self, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        for rank in range(21):
            need(agent, edition, title=f"Contribution {rank}")
        page = client.get(f"{LIST}?type=besoin&departement=46&q=contribution")
        assert "21 contributions pour Besoins · Lot (46) · « contribution »" in page.main
        assert page.links()["Page suivante"] == f"{LIST}?type=besoin&departement=46&q=contribution&page=2"
        last = client.get(page.links()["Page suivante"])
        assert [tag.get_text() for tag in last.soup.select(".item-title")] == ["Contribution 0"]
        assert last.form(LIST) == {
            "q": "contribution", "type": "besoin", "theme": "", "statut": "", "nature": "", "region": "", "departement": "46",
            "population": "", "collectivite": "", "tri": "recent",
        }  # fmt: skip

    @pytest.mark.parametrize("query", ["type=idee", "theme=autre", "statut=brouillon", "departement=99", "tri=hasard"])
    def test_a_value_that_does_not_exist_is_ignored_and_said(
        self, edition: Edition, agent: Actor, client: PageClient, query: str
    ) -> None:
        need(agent, edition)
        page = client.get(f"{LIST}?{query}")
        assert "1 contribution" in page.main
        assert f"« {query.partition('=')[2]} » n’existe pas dans cette édition : ce filtre est ignoré." in page.main

    def test_where_each_went_is_said(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        group(need(agent, edition), proposal(edition, "Première"), proposal(edition, "Seconde"))
        to = scheme(edition)
        moderator = world.person(None, Role.MODERATOR)
        reorient(moderator, need(agent, edition).id, to.id, reason="Ce guichet.", at=DURING_NEEDS)
        page = client.get(LIST)
        assert "Regroupée dans la proposition n° 1, Première et la proposition n° 2, Seconde ." in page.main
        assert f"Réorientée vers le guichet {to.name} ." in page.main

    @pytest.mark.parametrize("rows", [1, 3])
    def test_it_costs_four_statements_beyond_the_edition(
        self, world: World, edition: Edition, agent: Actor, client: PageClient, rows: int
    ) -> None:
        for rank in range(rows):
            need(agent, edition, at=DURING_NEEDS + timedelta(minutes=rank))
        with count_statements() as sent:
            client.get(LIST)
        assert len(sent) == 1 + 4, "\n".join(sent)

    def test_an_unknown_edition_is_a_page_that_says_so(self, edition: Edition, client: PageClient) -> None:
        client.get("/2031/contributions", 404)


class TestOne:
    def test_the_text_is_shown_as_it_was_written(self, world: World, edition: Edition, client: PageClient) -> None:
        partner = world.person(None, profile=Profile.PARTENAIRE)
        found = service(partner, edition, partner="Association fictive", situation="Une ligne\nune autre\n\nun paragraphe")
        page = client.get(f"{LIST}/{found.number}")
        assert page.h1 == found.title
        assert str(page.soup.select_one("#texte ~ .prose")).count("<p>") == 2
        for words in ("Association fictive", "partenaire", "12 000 €", "AGPL-3.0-or-later", "https://git.exemple.fr"):
            assert words in page.main
        assert partner.name not in page.text

    def test_its_outcome_is_on_top_with_the_reason(
        self, world: World, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        moderator = world.person(None, Role.MODERATOR)
        found = need(agent, edition)
        reorient(moderator, found.id, scheme(edition).id, reason="Ce guichet convient mieux.", at=DURING_NEEDS)
        page = client.get(f"{LIST}/{found.number}")
        first = page.soup.main.section.get_text(" ", strip=True)
        assert "Réorientée le 26" in first.replace("\u00a0", " ")
        assert "Ce guichet convient mieux." in first
        assert "Axe 3 – guichets territoriaux" in first

    def test_who_shares_it_is_said_by_collectivite(
        self, world: World, edition: Edition, agent: Actor, client: PageClient
    ) -> None:
        found = need(agent, edition)
        sayer = world.person(GRAMAT)
        actions.say_me_too(sayer, found.id, at=DURING_NEEDS)
        page = client.get(f"{LIST}/{found.number}")
        assert page.links()["Gramat (Lot)"] == f"/collectivites/{GRAMAT}"
        assert sayer.name not in page.text

    @pytest.mark.parametrize("number", [0, 7, 10**9, 10**30])
    def test_an_unknown_number_is_a_page_that_says_so(self, edition: Edition, client: PageClient, number: int) -> None:
        assert "n’existe pas" in client.get(f"{LIST}/{number}", 404).h1

    def test_the_thread_goes_as_far_as_things_have_gone(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        found = need(agent, edition)
        assert "Publiée 26 janvier 2021 Examen par l’équipe à venir" in client.get(f"{LIST}/1").main
        group(found, proposal(edition, "Première"))
        assert "Regroupée dans la proposition n° 1" in client.get(f"{LIST}/1").main

    @pytest.mark.parametrize("look_alikes", [1, 3])
    def test_it_costs_ten_statements_beyond_the_edition(
        self, world: World, edition: Edition, agent: Actor, client: PageClient, look_alikes: int
    ) -> None:
        found = need(agent, edition)
        for _ in range(look_alikes):
            need(agent, edition)
        group(found, proposal(edition, "Première"), proposal(edition, "Seconde"))
        actions.say_me_too(world.person(GRAMAT), found.id, at=DURING_NEEDS)
        with count_statements() as sent:
            client.get(f"{LIST}/1")
        assert len(sent) == 1 + 7 + 3, "\n".join(sent)  # three find what looks like it


class TestWriting:
    def test_a_need_is_published_and_says_what_comes_next(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        client.sign_in(agent)
        chosen = client.get(NEW)
        form = client.get(chosen.links()["Décrire un besoin"])
        assert "Rocamadour (Lot), votre profil (agent ou agente) et votre fonction (secrétaire de mairie)" in form.main
        assert "jusqu’au 15 mars 2021 à 12 h 00 (heure de Paris)" in form.main
        page = client.follow(client.post(NEW, form.form() | TYPED_NEED, 303))
        assert "Votre contribution est publiée sous le n° 1" in page.main
        assert page.h1 == "Signaler un nid-de-poule"
        assert one(edition.id, 1).siren == ROCAMADOUR

    def test_a_service_takes_amounts_as_people_write_them(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        client.sign_in(agent)
        page = client.follow(client.post(NEW, TYPED_SERVICE, 303))
        assert "12 000,50 €" in page.main

    def test_a_partner_names_its_organisation(self, world: World, edition: Edition, client: PageClient) -> None:
        client.sign_in(world.person(None, profile=Profile.PARTENAIRE))
        assert "réservée aux collectivités" in client.get(NEW).main
        client.get(f"{NEW}?type=besoin", 403)
        client.post(NEW, TYPED_NEED, 403)
        assert "Écrivez le nom de votre organisation" in client.post(NEW, TYPED_SERVICE, 422).main
        page = client.follow(client.post(NEW, TYPED_SERVICE | {"partner": "Association fictive"}, 303))
        assert "Association fictive · partenaire" in page.main

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"title": " \u200b "}, "Donnez un titre"),
            ({"title": "x" * 121}, "121 caractères : c’est 1 de trop (au plus 120)."),
            ({"title": "x" * 300}, "300 caractères : c’est 180 de trop (au plus 120)."),
            ({"situation": "x" * 5234}, "5 234 caractères : c’est 1 234 de trop (au plus 4 000)."),
            ({"situation": ""}, "Décrivez ce service"),
            ({"themes": []}, "Choisissez un thème au moins"),
            ({"themes": ["autre"]}, "autre"),
            ({"url": "javascript:alert(1)"}, "Cette adresse est incomplète"),
            ({"url": "exemple"}, "Cette adresse est incomplète"),
            ({"repository": "https://["}, "Cette adresse est incomplète"),
            ({"funding_sought": "beaucoup"}, "Écrivez un montant en euros"),
            ({"funding_sought": "-3"}, "Écrivez un montant en euros"),
            ({"funding_sought": "9" * 30}, "Ce montant est trop grand"),
            ({"funding_purpose": ""}, "Dites à quoi servirait cette somme"),
        ],
    )
    def test_what_is_typed_wrong_is_said_and_kept(
        self, edition: Edition, agent: Actor, client: PageClient, changed: dict[str, object], message: str
    ) -> None:
        page = client.sign_in(agent).post(NEW, TYPED_SERVICE | {"effects": "Gardé tel quel"} | changed, 422)
        assert message in page.main
        assert "Gardé tel quel" in page.form()["effects"]
        assert find(edition.id, Filters()).total == 0

    @pytest.mark.parametrize("type_", ["", "idee"])
    def test_an_unknown_type_is_a_choice_to_make(self, edition: Edition, agent: Actor, client: PageClient, type_: str) -> None:
        client.sign_in(agent)
        assert "Choisissez ce que vous voulez décrire" in client.get(f"{NEW}?type={type_}").main
        client.post(NEW, TYPED_NEED | {"type": type_}, 400)

    def test_at_the_closing_instant_it_is_refused_and_the_text_is_kept(
        self, edition: Edition, agent: Actor, client: PageClient, hold
    ) -> None:
        client.sign_in(agent)
        close = closing_of(Stage.NEEDS)
        hold(just_before(close))
        form = client.get(f"{NEW}?type=besoin").form()
        hold(close)
        page = client.post(NEW, form | TYPED_NEED, 409)
        assert "Votre texte n’est pas publié" in page.main
        assert (
            "Il est trop tard : le recueil des besoins est clos depuis le 15 mars 2021 à 12 h 00 (heure de Paris)." in page.main
        )
        assert page.form()["situation"] == TYPED_NEED["situation"]
        assert page.form()["themes"] == ["mobilite-transports"]
        assert find(edition.id, Filters()).total == 0
        assert "Ce n’est pas le moment" in client.get(f"{NEW}?type=besoin", 409).h1
        choice = client.get(NEW, 409)
        assert "Ce n’est pas le moment" in choice.h1
        assert "15 mars 2021 à 12 h 00" in choice.main
        page = client.post(NEW, form | TYPED_NEED | {"title": ""}, 409)
        assert page.form()["situation"] == TYPED_NEED["situation"], "what is wrong in the form does not hide the refusal"

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [
            ("www.mairie.exemple.fr/essai?a=1", "https://www.mairie.exemple.fr/essai?a=1"),
            ("service.exemple.fr:8443", "https://service.exemple.fr:8443"),
            ("http://exemple.fr", "http://exemple.fr"),
        ],
    )
    def test_an_address_is_written_as_one_says_it(
        self, edition: Edition, agent: Actor, client: PageClient, typed: str, kept: str
    ) -> None:
        client.sign_in(agent).post(NEW, TYPED_SERVICE | {"url": typed, "repository": typed}, 303)
        found = one(edition.id, 1)
        assert (found.url, found.repository) == (kept, kept)

    def test_those_who_may_not_are_told_why(self, world: World, edition: Edition, client: PageClient) -> None:
        assert "Connectez-vous" in client.get(NEW, 401).h1
        client.sign_in(world.person(ROCAMADOUR, status=AttachmentStatus.PENDING))
        page = client.get(NEW)
        assert "Votre rattachement est encore à vérifier" in page.main
        assert page.links()["Voir ma demande"]
        assert "encore à vérifier" in client.get(f"{NEW}?type=besoin", 403).h1
        assert "encore à vérifier" in client.post(NEW, TYPED_NEED, 403).main

    @pytest.mark.parametrize(
        "hostile",
        [
            "<script>alert(1)</script>",
            "'; DROP TABLE contribution; --",
            "{{ 7 * 7 }}",
            "${7*7}",
            "=1+1",
            "ﷺ 田中さん 🏳️‍🌈",
            "%s%s%n",
        ],
    )
    def test_hostile_strings_come_back_as_typed(self, edition: Edition, agent: Actor, client: PageClient, hostile: str) -> None:
        typed = TYPED_SERVICE | dict.fromkeys(
            ("title", "situation", "audience", "effects", "users", "licence", "funding_purpose"), hostile
        )
        page = client.sign_in(agent).follow(client.post(NEW, typed, 303))
        as_read = " ".join(typo(hostile).split())
        assert page.main.count(hostile) + page.main.count(as_read) * (as_read != hostile) >= 6, "in French typography or not"
        assert hostile in client.get(LIST).main
        assert client.get(f"{LIST}/1/modifier").form()["situation"] == hostile


class TestChanging:
    def test_it_is_corrected_by_a_colleague(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        service(agent, edition, funding_sought=12000)
        client.sign_in(world.person(ROCAMADOUR))
        page = client.get(f"{LIST}/1")
        form = client.get(page.links()["Corriger"]).form()
        assert (form["funding_sought"].replace("\u202f", " ").replace("\u00a0", " "), form["licence"]) == (
            "12 000 €",
            "AGPL-3.0-or-later",
        )
        assert form["themes"] == ["mobilite-transports", "inclusion-numerique"]
        page = client.follow(client.post(f"{LIST}/1/modifier", form | {"title": "Titre corrigé"}, 303))
        assert page.h1 == "Titre corrigé"
        reading().expire_all()
        assert one(edition.id, 1).funding_sought == 12000

    def test_too_late_the_correction_is_kept_in_the_form(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        found = need(agent, edition)
        client.sign_in(agent)
        form = client.get(f"{LIST}/1/modifier").form()
        group(found, proposal(edition))
        page = client.post(f"{LIST}/1/modifier", form | {"situation": "Autrement dit"}, 409)
        assert "ne peut plus être changée" in page.main
        assert page.form()["situation"] == "Autrement dit"
        client.get(f"{LIST}/1/modifier", 409)

    def test_another_collectivite_may_not(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        need(agent, edition)
        client.sign_in(world.person(GRAMAT))
        assert "Corriger" not in client.get(f"{LIST}/1").links()
        client.get(f"{LIST}/1/modifier", 403)
        client.post(f"{LIST}/1/modifier", TYPED_NEED, 403)
        client.get(f"{LIST}/1/retrait", 403)
        client.post(f"{LIST}/1/retrait", {"reason": "non"}, 403)
        client.post(f"{LIST}/1/modifier", TYPED_NEED | {"title": ""}, 403)
        client.post(f"{LIST}/1/retrait", {"reason": " "}, 403)

    def test_it_is_withdrawn_with_a_reason_and_stays_readable(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        need(agent, edition)
        client.sign_in(agent)
        path = client.get(f"{LIST}/1").links()["Retirer"]
        assert "Écrivez la raison" in client.post(path, {"reason": " "}, 422).main
        page = client.follow(client.post(path, {"reason": "Un doublon du n° 2."}, 303))
        assert "Retirée le 26" in page.main
        assert "Un doublon du n° 2." in page.main
        assert "Corriger" not in page.links()


class TestMeToo:
    def test_it_is_said_and_taken_back(self, world: World, edition: Edition, agent: Actor, client: PageClient) -> None:
        need(agent, edition)
        client.sign_in(world.person(GRAMAT))
        page = client.get(f"{LIST}/1")
        assert "Votre collectivité partage-t-elle ce besoin ?" in page.main
        page = client.follow(client.post(f"{LIST}/1/nous-aussi", status=303))
        assert "1 autre collectivité dit « nous aussi »" in page.main
        assert "Rien n’a été changé" in client.post(f"{LIST}/1/nous-aussi", status=409).main
        page = client.follow(client.post(f"{LIST}/1/nous-aussi/retrait", status=303))
        assert "Aucune autre collectivité ne l’a dit" in page.main

    def test_the_author_has_no_button(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        need(agent, edition)
        page = client.sign_in(agent).get(f"{LIST}/1")
        assert [form["action"] for form in page.soup.main.find_all("form")] == ["/compte/suivis"]
        client.post(f"{LIST}/1/nous-aussi", status=409)

    def test_after_the_close_nobody_has(self, world: World, edition: Edition, agent: Actor, client: PageClient, hold) -> None:
        need(agent, edition)
        client.sign_in(world.person(GRAMAT))
        hold(closing_of(Stage.NEEDS))
        assert [form["action"] for form in client.get(f"{LIST}/1").soup.main.find_all("form")] == ["/compte/suivis"]
        assert "Ce n’est pas le moment" in client.post(f"{LIST}/1/nous-aussi", status=409).h1

    def test_a_visitor_is_offered_to_sign_in_and_come_back(self, edition: Edition, agent: Actor, client: PageClient) -> None:
        need(agent, edition)
        page = client.get(f"{LIST}/1")
        assert page.links()["Se connecter pour dire « nous aussi »"] == "/connexion?suite=/2021/contributions/1"
        client.post(f"{LIST}/1/nous-aussi", status=401)
