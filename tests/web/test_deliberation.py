"""What each reader learns of the deliberation, by any page or answer; and the sheet's forms, the rehearsal, the corrections."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask

from consult.calendar.queries import edition
from consult.ground.actor import Actor, Role
from consult.outbox.model import Notice
from consult.proposals.model import Proposal
from consult.selection.actions import decide, proclaim
from consult.selection.corrections import correct_decision
from consult.selection.desk import deliberation, opinions, recusals
from consult.selection.letters import recipients
from consult.selection.model import Outcome, Stance
from consult.selection.opinions import estimate_cost, give_opinion
from consult.selection.queries import corrections
from consult.selection.recusals import lift_recusal, recuse
from tests.support.addresses import READ
from tests.support.letters import letters
from tests.support.page import Page, PageClient
from tests.support.stage_one import group, need, scheme
from tests.support.stage_two import CLOSED, DURING_VOTE, give_each, propositions
from tests.support.statements import count_statements
from tests.support.world import GRAMAT, LOT, ROCAMADOUR, World, just_before

Hold = Callable[[datetime], None]
DELIBERATING = CLOSED + timedelta(days=2)
SHEET = "/comite/2021/propositions/1"
WHY = "Une raison fictive."
SECRET = "Un mot que seuls lisent ceux qui délibèrent."
RANDOM = re.compile(rb'name="csrf_token"[^>]*value="[^"]*"|value="[^"]*"[^>]*name="csrf_token"')


@pytest.fixture
def member(world: World) -> Actor:
    return world.person(None, Role.COMMITTEE)


@pytest.fixture
def voted(world: World) -> list[Proposal]:
    """Three propositions, ranked 1, 2 and 3; the first answers a contribution."""
    announced = world.edition()
    written = propositions(announced)
    group(need(world.person(ROCAMADOUR), announced), written[0])
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT, LOT)], written[0])
    give_each([world.person(siren) for siren in (ROCAMADOUR, GRAMAT)], written[1])
    give_each([world.person(LOT)], written[2])
    return written


class TestWhoKeepsOut:
    """Two deliberations that differ only on what a member keeps out of look the same to them, byte for byte."""

    PATHS = tuple(
        dict.fromkeys(
            [path for path in READ if path.startswith(("/2021", "/comite", "/collectivites", "/pilotage")) or path == "/"]
            + [f"/comite/2021/propositions/{number}" for number in (1, 2, 3)]
            + [f"/2021/propositions/{number}" for number in (1, 2, 3)]
            + ["/comite/2021/", "/comite/2021/proclamation", "/comite/2021/proclamation/essai"]
            + [f"/comite/2021/propositions/{number}/correction" for number in (1, 2)]
        )
    )
    POSTS = (
        (SHEET, {"outcome": "retained", "reason": WHY, "seen": ""}),
        (SHEET, {"outcome": "", "reason": ""}),
        (f"{SHEET}/avis", {"stance": "favourable"}),
        (f"{SHEET}/avis", {}),
        (f"{SHEET}/deport", {"reason": WHY}),
        (f"{SHEET}/cout", {"cost": "12"}),
        (f"{SHEET}/correction", {"reason": WHY, "confirm": "y"}),
        ("/comite/2021/proclamation", {}),
        ("/comite/2021/proclamation", {"confirm": "y"}),
    )

    def answers(self, client: PageClient) -> dict[str, bytes]:
        found = {}
        for path in self.PATHS:
            answer = client.http.get(path)
            headers = "\n".join(f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie")
            found[path] = f"{answer.status_code}\n{headers}\n".encode() + RANDOM.sub(b"", answer.get_data())
        for rank, (path, typed) in enumerate(self.POSTS):
            answer = client.http.post(path, data={"csrf_token": client.csrf_token()} | typed)
            assert answer.status_code != 303, path
            found[f"POST {rank} {path}"] = f"{answer.status_code}\n".encode() + RANDOM.sub(b"", answer.get_data())
        return found

    @pytest.mark.parametrize("roles", [(Role.COMMITTEE,), (Role.COMMITTEE, Role.ADMINISTRATOR), tuple(Role)])
    def test_nothing_tells_them(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal], roles: tuple[Role, ...]
    ) -> None:
        first, second, third = voted
        out = world.person(None, *roles)
        other = world.person(None, Role.COMMITTEE)
        give_opinion(out, first.id, Stance.FAVOURABLE, at=CLOSED)
        recuse(out, first.id, reason="J’y ai un intérêt.", at=CLOSED)
        decide(member, second.id, Outcome.RETAINED, reason="Raison de la deuxième.", explanation=SECRET, at=CLOSED)
        decide(member, third.id, Outcome.NOT_RETAINED, reason="Raison de la troisième.", at=CLOSED)
        hold(DELIBERATING)
        client = PageClient(app).sign_in(out)
        nothing = self.answers(client)
        give_opinion(other, first.id, Stance.UNFAVOURABLE, notes=SECRET, at=DELIBERATING)
        decide(member, first.id, Outcome.NOT_RETAINED, reason=SECRET, at=DELIBERATING)
        departing = self.answers(client)
        decide(member, first.id, Outcome.NOT_RETAINED, reason=SECRET, explanation=SECRET, at=DELIBERATING)
        ready = self.answers(client)
        decide(member, first.id, Outcome.RETAINED, reason=SECRET, explanation=SECRET, at=DELIBERATING)
        following = self.answers(client)
        for later in (departing, ready, following):
            assert [path for path in nothing if nothing[path] != later[path]] == []
        assert sum(answer.startswith(b"200") for answer in nothing.values()) > 25, "the pages were read"
        assert not any(SECRET.encode() in answer for answer in (*nothing.values(), *following.values()))
        assert (
            "Raison de la deuxième." in client.get("/comite/2021/propositions/2").form("/comite/2021/propositions/2")["reason"]
        )

    def test_the_comparison_sees_what_another_member_reads(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        reader = PageClient(app).sign_in(world.person(None, Role.COMMITTEE))
        paths = ("/comite", SHEET, "/comite/2021/proclamation", "/comite/2021/proclamation/essai")
        before = [reader.get(path).main for path in paths]
        decide(member, voted[0].id, Outcome.NOT_RETAINED, reason=SECRET, at=DELIBERATING)
        assert not [path for path, said in zip(paths, before, strict=True) if reader.get(path).main == said]

    def test_they_see_that_they_keep_out_and_it_may_be_lifted(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        give_opinion(member, voted[0].id, Stance.RESERVED, notes="Une note.", at=DELIBERATING)
        client = PageClient(app).sign_in(member)
        typed = {"reason": "Je préside l’association."}
        assert "Écrivez la raison de votre déport." in client.post(f"{SHEET}/deport", {}, 422).main
        page = client.follow(client.post(f"{SHEET}/deport", typed, 303))
        assert "Vous vous êtes déjà déporté" in client.post(f"{SHEET}/deport", typed, 409).h1
        assert "Vous vous êtes déporté de cette proposition" in page.main
        assert "Je préside l’association." in page.main
        assert "Une note." not in page.main
        assert page.soup.select(f"form[action='{SHEET}'], form[action='{SHEET}/avis'], form[action='{SHEET}/cout']") == []
        assert "déport" in client.get("/comite").main
        client.post(SHEET, {"outcome": "retained", "reason": WHY}, 403)
        administrator = PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR))
        page = administrator.get(SHEET)
        assert "Je préside l’association." in page.main
        assert administrator.get(f"{SHEET}/deport/levee").form()["member"] == [str(member.person_id)]
        lifted = {"member": str(member.person_id), "reason": "Une erreur."}
        administrator.post(f"{SHEET}/deport/levee", lifted | {"reason": ""}, 422)
        page = administrator.follow(administrator.post(f"{SHEET}/deport/levee", lifted, 303))
        assert "Le déport est levé" in page.main
        assert "Ce déport n’existe plus" in administrator.post(f"{SHEET}/deport/levee", lifted, 409).h1
        assert "Une note." in client.get(SHEET).main

    def test_other_members_see_who_and_that_an_opinion_is_set_apart(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        out = world.person(None, Role.COMMITTEE)
        give_opinion(out, voted[0].id, Stance.FAVOURABLE, notes=SECRET, at=CLOSED)
        decide(out, voted[0].id, Outcome.RETAINED, reason="Écrite avant.", at=CLOSED)
        recuse(out, voted[0].id, reason="Un lien direct.", at=CLOSED)
        hold(DELIBERATING)
        client = PageClient(app).sign_in(member)
        page = client.get(SHEET)
        assert f"{out.name}, le 30 avril 2021 à 18 h 00 : « Un lien direct. »" in page.main
        assert "1 avis est mis à part" in page.main
        assert "Qui l’a écrite s’est déporté depuis" in page.main, "another member must take the decision up"
        assert "Retenue à reprendre" in page.text
        assert "3 propositions attendent une décision" in client.get("/comite").main
        assert SECRET not in page.main
        observer = PageClient(app).sign_in(world.person(None, Role.OBSERVER))
        assert out.name not in observer.get("/comite").main


class TestOutsideTheCommittee:
    @pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.OBSERVER, Role.MODERATOR, None])
    def test_what_is_decided_shows_nowhere(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal], role: Role | None
    ) -> None:
        for proposal in voted:
            decide(member, proposal.id, Outcome.RETAINED, reason=WHY, at=CLOSED)
            give_opinion(member, proposal.id, Stance.FAVOURABLE, at=CLOSED)
        hold(DELIBERATING)
        reader = PageClient(app).sign_in(world.person(None, role) if role else world.person(ROCAMADOUR))

        def seen() -> dict[str, bytes]:
            return {path: RANDOM.sub(b"", reader.http.get(path).get_data()) for path in TestWhoKeepsOut.PATHS}

        before = seen()
        for proposal in voted:
            decide(member, proposal.id, Outcome.NOT_RETAINED, reason=SECRET, explanation=SECRET, at=CLOSED)
            give_opinion(member, proposal.id, Stance.UNFAVOURABLE, notes=SECRET, at=CLOSED)
        after = seen()
        assert [path for path in before if before[path] != after[path]] == []

    def test_an_administrator_opens_a_sheet_without_its_deliberation(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        decide(member, voted[0].id, Outcome.RETAINED, reason=SECRET, at=CLOSED)
        give_opinion(member, voted[0].id, Stance.FAVOURABLE, notes=SECRET, at=CLOSED)
        hold(DELIBERATING)
        client = PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR))
        page = client.get(SHEET)
        assert SECRET not in page.text
        assert "Retenue" not in page.main
        assert member.name not in page.main
        for path, typed in ((SHEET, {"outcome": "retained", "reason": WHY}), (f"{SHEET}/avis", {"stance": "favourable"})):
            client.post(path, typed, 403)
        client.get("/comite/2021/proclamation/essai", 403)
        page = client.follow(client.post(f"{SHEET}/cout", {"cost": "120 000,50 €"}, 303))
        assert "Coût estimé 120 000,50 €" in page.main.replace("\u202f", " ")


class TestTheSheet:
    def test_comparable_schemes_are_those_that_cover_its_themes(
        self, world: World, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        the_edition = edition("2021")
        scheme(the_edition, "tout", name="Guichet de tout")
        scheme(the_edition, "mobilite", name="Guichet mobilité", themes=("mobilite-transports",))
        scheme(the_edition, "autre", name="Guichet inclusion", themes=("inclusion-numerique",))
        scheme(the_edition, "rien", name="Hors champ", rate=0, themes=("mobilite-transports",))
        hold(DELIBERATING)
        page = client.sign_in(member).get(SHEET)
        named = [item.strong.get_text() for item in page.soup.select("section[aria-labelledby=guichets] li")]
        assert named == ["Guichet mobilité", "Guichet de tout"]
        assert "nomme un de ses thèmes" in page.main
        assert "Aucun guichet" in client.get("/comite/2021/propositions/2").main

    def test_an_opinion_is_given_changed_and_read_under_its_name(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        client = PageClient(app).sign_in(member)
        wrong = client.post(f"{SHEET}/avis", {"notes": "Une note."}, 422)
        assert "Choisissez un avis." in wrong.main
        assert wrong.form(f"{SHEET}/avis")["notes"] == "Une note."
        client.post(f"{SHEET}/avis", {"stance": "reserved", "notes": "Une note."}, 303)
        page = client.follow(client.post(f"{SHEET}/avis", {"stance": "favourable", "notes": "Autre note."}, 303))
        assert page.form(f"{SHEET}/avis")["stance"] == ["favourable"]
        assert [(one.stance, one.notes) for one in opinions(voted[0].id)] == [(Stance.FAVOURABLE, "Autre note.")]
        other = PageClient(app).sign_in(world.person(None, Role.COMMITTEE)).get(SHEET)
        assert f"Favorable Autre note. {member.name}, le" in other.main

    def test_the_second_of_two_members_is_told_and_keeps_what_they_typed(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        one, two = PageClient(app).sign_in(member), PageClient(app).sign_in(world.person(None, Role.COMMITTEE))
        shown = [browser.get(SHEET).form(SHEET) for browser in (one, two)]
        one.post(SHEET, shown[0] | {"outcome": "retained", "reason": "Première raison."}, 303)
        typed = {"outcome": "deferred", "reason": "Seconde raison.", "explanation": "Un écart."}
        page = two.post(SHEET, shown[1] | typed, 409)
        assert "Cette décision a changé entre-temps" in page.main
        assert "Ce que dit maintenant la décision Retenue. Première raison." in page.main
        kept = page.form(SHEET)
        assert (kept["outcome"], kept["reason"], kept["explanation"]) == (["deferred"], "Seconde raison.", "Un écart.")
        assert [line.reason for line in deliberation(voted[0].edition_id) if line.outcome] == ["Première raison."]
        two.post(SHEET, kept, 303)
        assert [line.reason for line in deliberation(voted[0].edition_id) if line.outcome] == ["Seconde raison."]

    @pytest.mark.parametrize(
        ("typed", "said"),
        [("-5", "en chiffres"), ("0", "plus grand que zéro"), ("beaucoup", "en chiffres"), ("1" * 30, "trop grand")],
    )
    def test_a_cost_typed_wrong_comes_back(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal], typed: str, said: str
    ) -> None:
        hold(DELIBERATING)
        page = client.sign_in(member).post(f"{SHEET}/cout", {"cost": typed}, 422)
        assert said in page.main
        assert page.form(f"{SHEET}/cout")["cost"] == typed

    def test_before_the_close_one_keeps_out_but_says_nothing(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(just_before(CLOSED))
        client.sign_in(member)
        page = client.get(SHEET)
        assert "Me déporter" in page.main
        assert "Donner votre avis" not in page.main
        assert "Ce n’est pas le moment" in client.post(f"{SHEET}/avis", {"stance": "favourable"}, 409).h1
        client.post(f"{SHEET}/deport", {"reason": WHY}, 303)
        assert [one.by_name for one in recusals(voted[0].edition_id)] == [member.name]

    def test_the_same_statements_whatever_is_said(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        members = [world.person(None, Role.COMMITTEE) for _ in range(4)]
        group(need(world.person(GRAMAT), edition("2021")), voted[1])
        client, counted = PageClient(app).sign_in(member), []
        client.get("/comite")  # the result is counted once, then kept
        for number, speakers in ((1, members[:1]), (2, members[:3])):
            proposal = voted[number - 1]
            for one in speakers:
                give_opinion(one, proposal.id, Stance.FAVOURABLE, notes=WHY, at=CLOSED)
            recuse(members[3], proposal.id, reason=WHY, at=CLOSED)
            with count_statements() as sent:
                client.get(f"/comite/2021/propositions/{number}")
            counted.append(len(sent))
        assert counted[0] == counted[1] <= 14


class TestTheProclamation:
    def decided(self, member: Actor, voted: list[Proposal], *, explained: bool = True) -> None:
        outcomes = (Outcome.DEFERRED, Outcome.RETAINED, Outcome.NOT_RETAINED)
        for proposal, outcome in zip(voted, outcomes, strict=True):
            said = f"de la proposition {proposal.number}."
            why = f"Écart {said}" if explained else ""
            decide(member, proposal.id, outcome, reason=f"Raison {said}", explanation=why, at=CLOSED)

    def test_the_desk_says_which_explanations_are_missing(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        self.decided(member, voted, explained=False)
        hold(DELIBERATING)
        client.sign_in(member)
        assert "2 décisions s’écartent du classement sans dire pourquoi" in client.get("/comite").main
        page = client.get("/comite/2021/proclamation")
        assert "Il manque des explications" in page.main
        assert page.soup.select("form[method=post] [name=confirm]") == []
        assert "Il manque des explications" in client.post("/comite/2021/proclamation", {"confirm": "y"}, 409).h1
        assert "sans cela, rien ne peut être proclamé" in client.get(SHEET).main

    def test_the_letters_shown_are_those_that_leave(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        letters(CLOSED)
        self.decided(member, voted)
        hold(DELIBERATING)
        page = client.sign_in(member).get("/comite/2021/proclamation")
        shown = {text.get_text() for text in page.soup.select("pre")}
        kinds = [summary.get_text(strip=True) for summary in page.soup.select("section[aria-labelledby=courriels] summary")]
        assert [int(re.match(r"\d+", kind).group()) for kind in kinds] == [1, 6]  # type: ignore[union-attr]
        assert sum(recipients(voted[0].edition_id).values()) == 7
        assert "7 personnes recevront chacune un courriel" in page.main
        client.post("/comite/2021/proclamation", {"confirm": "y"}, 303)
        sent = {letter.get_content() for letter in letters(DELIBERATING)}
        assert len(shown) == 2
        assert shown <= sent, "to the letter"

    def test_an_administrator_reads_the_words_and_no_decision(
        self, app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        self.decided(member, voted)
        hold(DELIBERATING)
        page = PageClient(app).sign_in(world.person(None, Role.ADMINISTRATOR)).get("/comite/2021/proclamation")
        assert "(titre de la proposition)" in page.main
        assert "7 personnes recevront chacune un courriel" in page.main
        assert not [one for one in voted if one.title in " ".join(text.get_text() for text in page.soup.select("pre"))]

    def test_the_rehearsal_is_the_page_to_come(
        self, app: Flask, world: World, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        recuse(world.person(None, Role.COMMITTEE), voted[1].id, reason=WHY, at=CLOSED)
        self.decided(member, voted)
        hold(DELIBERATING)
        rehearsed = client.sign_in(member).get("/comite/2021/proclamation/essai")
        assert edition("2021").proclaimed_at is None
        assert client.get("/2021/decisions").h1 == "Décisions du comité de sélection"
        assert "Raison" not in client.get("/2021/decisions").main
        client.post("/comite/2021/proclamation", {"confirm": "y"}, 303)
        public = client.get("/2021/decisions")
        assert sections(rehearsed) == sections(public)
        assert [*map(len, sections(public))] != []
        assert "1 déport" in public.main
        assert "Écart de la proposition 1." in public.main
        assert "Écart de la proposition 3." not in public.main, "it departs from nothing"

    def test_the_rehearsal_of_what_is_not_decided_yet(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DURING_VOTE)
        assert "Aucune décision n’est encore écrite." in client.sign_in(member).get("/comite/2021/proclamation/essai").main
        decide(member, voted[0].id, Outcome.RETAINED, reason=WHY, at=CLOSED)
        hold(DELIBERATING)
        page = client.get("/comite/2021/proclamation/essai")
        assert "2 propositions n’ont pas encore leur décision" in page.main
        assert WHY in page.main


def sections(page: Page) -> list[str]:
    """The decisions of a page, section by section."""
    found = [section for section in page.soup.select("main section") if section.select(".items")]
    return [" ".join(section.get_text(" ").split()) for section in found]


class TestCorrections:
    @pytest.fixture
    def decided(self, world: World, member: Actor, voted: list[Proposal]) -> list[Proposal]:
        for proposal, outcome in zip(voted, (Outcome.RETAINED, Outcome.NOT_RETAINED, Outcome.DEFERRED), strict=True):
            decide(member, proposal.id, outcome, reason=f"Origine {proposal.number}.", at=CLOSED)
        proclaim(member, voted[0].edition_id, at=CLOSED)
        return voted

    def test_from_the_sheet_to_everywhere_it_is_read(
        self, client: PageClient, hold: Hold, member: Actor, decided: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        client.sign_in(member)
        page = client.get(client.get(SHEET).links()["Publier une correction"])
        assert "«\u00a0reportée\u00a0»" in page.soup.get_text(), "no line begins with the guillemet that closes"
        typed = page.form() | {"outcome": "deferred", "reason": "Un partenaire manque.", "confirm": "y"}
        shown = client.follow(client.post(f"{SHEET}/correction", typed, 303))
        assert "La correction est publiée" in shown.main
        for path in ("/2021/decisions", "/2021/propositions/1"):
            main = client.get(path).main
            assert "Proclamée « retenue »" in main, path
            assert "Origine 1." in main, path
            assert "Corrigée le 2 mai 2021 à 18 h 00 (heure de Paris) : la proposition est maintenant reportée." in main, path
            assert "Un partenaire manque." in main, path
        journal = client.get("/2021/journal").main
        assert "Décision du comité corrigée : retenue, puis reportée." in journal
        assert "Un partenaire manque." in journal
        titles = [heading.get_text() for heading in client.get("/2021/decisions").soup.select("main h2")]
        assert titles == ["Reportées (2)", "Non retenue (1)"]
        crossed = client.post(f"{SHEET}/correction", typed | {"outcome": "not_retained"}, 409)
        assert "a changé entre-temps" in crossed.main
        assert crossed.form()["reason"] == "Un partenaire manque."

    @pytest.mark.parametrize(
        ("typed", "status", "said"),
        [
            ({"outcome": "deferred", "confirm": "y"}, 422, "une correction est publique et motivée"),
            ({"outcome": "deferred", "reason": WHY}, 422, "Cochez cette case"),
            ({"outcome": "elected", "reason": WHY, "confirm": "y"}, 422, ""),
            ({"outcome": "retained", "reason": WHY, "confirm": "y"}, 409, "C’est déjà la décision en vigueur"),
        ],
    )
    def test_what_is_typed_wrong_comes_back(
        self,
        client: PageClient,
        hold: Hold,
        member: Actor,
        decided: list[Proposal],
        typed: dict[str, str],
        status: int,
        said: str,
    ) -> None:
        hold(DELIBERATING)
        page = client.sign_in(member).post(f"{SHEET}/correction", typed, status)
        assert said in page.main
        assert page.form()["reason"] == typed.get("reason", "")
        assert corrections([decided[0].id]) == {}

    def test_before_the_proclamation_there_is_nothing_to_correct(
        self, client: PageClient, hold: Hold, member: Actor, voted: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        client.sign_in(member)
        assert "pas encore proclamée" in client.get(f"{SHEET}/correction", 409).h1
        client.post(f"{SHEET}/correction", {"reason": WHY, "confirm": "y"}, 409)

    def test_words_alone_change_no_decision(
        self, client: PageClient, hold: Hold, member: Actor, decided: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        client.sign_in(member).post(f"{SHEET}/correction", {"reason": "Une faute de frappe.", "confirm": "y"}, 303)
        page = client.get("/2021/propositions/1")
        assert "Retenue par le comité de sélection" in page.main
        assert "Précisée le" in page.main
        assert "Décision du comité précisée." in client.get("/2021/journal").main

    def test_names_of_members_are_never_public(
        self, app: Flask, world: World, hold: Hold, member: Actor, decided: list[Proposal]
    ) -> None:
        correct_decision(member, decided[0].id, Outcome.DEFERRED, reason=WHY, at=DELIBERATING)
        hold(DELIBERATING)
        visitor = PageClient(app)
        for path in ("/2021/decisions", "/2021/propositions/1", "/2021/journal", "/2021/donnees/proposals.csv"):
            assert member.name not in visitor.http.get(path).get_data(as_text=True)

    def test_the_same_statements_for_1_and_3_corrections(
        self, app: Flask, hold: Hold, member: Actor, decided: list[Proposal]
    ) -> None:
        hold(DELIBERATING)
        visitor, counted = PageClient(app), []
        for corrected in (decided[:1], decided[1:]):
            for proposal in corrected:
                correct_decision(member, proposal.id, None, reason=WHY, at=DELIBERATING)
            with count_statements() as sent:
                visitor.get("/2021/decisions")
            counted.append(len(sent))
        assert counted == [counted[0]] * 2


def test_who_kept_out_reads_it_once_proclaimed_but_not_what_was_said(
    app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
) -> None:
    out = world.person(None, Role.COMMITTEE)
    recuse(out, voted[0].id, reason=WHY, at=CLOSED)
    for proposal in voted:
        decide(member, proposal.id, Outcome.RETAINED, reason="Publique désormais.", at=CLOSED)
        give_opinion(member, proposal.id, Stance.RESERVED, notes=SECRET, at=CLOSED)
    proclaim(member, voted[0].edition_id, at=DELIBERATING)
    hold(DELIBERATING)
    client = PageClient(app).sign_in(out)
    assert "Publique désormais." in client.get("/2021/propositions/1").main
    assert "1 membre du comité s’est déporté" in client.get("/2021/propositions/1").main
    assert SECRET not in client.get(SHEET).main
    assert SECRET in client.get("/comite/2021/propositions/2").main
    client.get(f"{SHEET}/correction", 403)
    assert "proclamé" in client.post(f"{SHEET}/deport", {"reason": WHY}, 409).h1


def test_a_cost_and_a_lifted_recusal_leave_no_public_trace(
    app: Flask, world: World, hold: Hold, member: Actor, voted: list[Proposal]
) -> None:
    administrator = world.person(None, Role.ADMINISTRATOR)
    hold(DELIBERATING)
    before = PageClient(app).get("/2021/journal").main
    estimate_cost(administrator, voted[0].id, None, at=DELIBERATING)
    recuse(member, voted[0].id, reason=WHY, at=DELIBERATING)
    lift_recusal(administrator, voted[0].id, member.person_id or 0, reason=WHY, at=DELIBERATING)
    assert PageClient(app).get("/2021/journal").main == before
    assert Notice.RESULT_PROCLAIMED.value not in before
