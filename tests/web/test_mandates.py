"""In whose name one acts, on every page: the switcher, and forms that act in the name their page showed."""

import re
from typing import Any

import pytest

from consult.accounts.model import AttachmentStatus
from consult.calendar.model import Edition
from consult.ground.actor import Actor
from tests.architecture.sources import ROOT
from tests.support.attached import again, attach, end
from tests.support.page import Page, PageClient, squeezed
from tests.support.stage_two import DURING_VOTE, on_ballot, propositions
from tests.support.statements import count_statements
from tests.support.world import CAUVALDOR, GRAMAT, LOT, OCCITANIE, ROCAMADOUR, World

PATH = "/2021/propositions/1"
SUPPORT = f"{PATH}/soutien"


@pytest.fixture
def edition(world: World, hold) -> Edition:
    found = world.edition()
    propositions(found)
    hold(DURING_VOTE)
    return found


@pytest.fixture
def secretary(world: World, edition: Edition) -> Actor:
    """The secretary of Rocamadour, of Gramat too; asks to speak for the département."""
    world.person(CAUVALDOR)
    someone = world.person(ROCAMADOUR)
    attach(someone, GRAMAT)
    attach(someone, LOT, AttachmentStatus.PENDING)
    return again(someone)


def number(who: Actor, siren: str) -> int:
    """Of their attachment to this collectivité."""
    return next(one.attachment_id for one in who.mandates if one.siren == siren)


def header(page: Page) -> str:
    return squeezed(page.soup.select_one(".whoami"))


def shown(page: Page) -> str:
    """In whose name the page says one acts."""
    return squeezed(page.soup.select_one(".whoami .whoami-name"))


def voices(edition: Edition) -> list[str]:
    return sorted(support.siren for support in on_ballot(edition))


# ── The switcher ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_somebody_with_one_collectivite_has_nothing_to_unfold(client: PageClient, world: World, edition: Edition) -> None:
    page = client.sign_in(world.person(ROCAMADOUR)).get("/")
    assert header(page) == "Vous agissez pour Rocamadour (Lot)"
    assert not page.soup.select(".whoami details, .whoami form")


@pytest.mark.parametrize("path", ["/", PATH, "/compte", "/2021/mon-bulletin", "/nulle-part", "/collectivites?q=gramat"])
def test_every_page_says_in_whose_name_and_offers_the_others(client: PageClient, secretary: Actor, path: str) -> None:
    page = client.sign_in(secretary).get(path, 404 if path == "/nulle-part" else 200)
    assert shown(page) == "Rocamadour (Lot)"
    offered = [squeezed(button) for button in page.soup.select(".whoami details button")]
    assert offered == ["Gramat (Lot)", "Département du Lot à vérifier"]
    assert page.soup.select_one(".whoami summary"), "it unfolds without a script"
    assert page.soup.select_one(".whoami a[href='/compte']")
    assert {field["value"] for field in page.soup.select(".whoami [name=suite]")} == {path}


def test_choosing_comes_back_to_the_page_and_lasts(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary)
    sent = client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT), "suite": "/2021/propositions?page=1"}, 303)
    assert sent.response.headers["Location"] == "/2021/propositions?page=1"
    page = client.follow(sent)
    assert shown(page) == "Gramat (Lot)"
    assert "Vous agissez maintenant pour Gramat (Lot)." in page.main
    assert shown(client.get("/2021/mon-bulletin")) == "Gramat (Lot)"
    client.post("/compte/mandat", {"attachment": number(secretary, LOT)}, 303)
    assert "Rattachement à vérifier Département du Lot" in header(client.get("/"))


@pytest.mark.parametrize(
    "suite", ["", "https://ailleurs.invalid/", "//ailleurs.invalid", "/\\ailleurs.invalid", "x", "/" * 501]
)
def test_it_comes_back_to_a_page_of_the_site_only(client: PageClient, secretary: Actor, suite: str) -> None:
    client.sign_in(secretary)
    sent = client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT), "suite": suite}, 303)
    assert sent.response.headers["Location"] == "/"


def test_a_page_that_answers_a_form_is_come_back_to_by_its_address(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary)
    page = client.post("/compte", {"name": ""}, 422)
    assert {field["value"] for field in page.soup.select(".whoami [name=suite]")} == {"/compte"}
    page = client.post("/2021/propositions/9/soutien", status=404)
    assert {field["value"] for field in page.soup.select(".whoami [name=suite]")} == {"/"}


def test_what_is_not_one_s_own_is_not_found(client: PageClient, world: World, secretary: Actor) -> None:
    client.sign_in(secretary)
    stranger = world.person(OCCITANIE)
    for wrong in (stranger.mandates[0].attachment_id, 999_999, "", "x", "9" * 20, "-1", "1 OR 1=1"):
        client.post("/compte/mandat", {"attachment": wrong}, 404)
    client.post("/compte/mandat", status=404)
    assert shown(client.get("/")) == "Rocamadour (Lot)"


def test_a_visitor_has_nothing_to_choose(client: PageClient, secretary: Actor) -> None:
    client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 401)


def test_one_that_has_ended_is_no_longer_chosen_nor_kept(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary)
    client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 303)
    end(number(secretary, GRAMAT))
    assert shown(client.get("/")) == "Rocamadour (Lot)"
    page = client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 409)
    assert page.h1 == "Vous ne parlez plus pour cette collectivité"
    assert "Voir mes rattachements" in page.links()


def test_the_header_costs_the_same_with_three_collectivites(client: PageClient, world: World, secretary: Actor) -> None:
    def cost(who: Actor) -> int:
        client.sign_in(who)
        with count_statements() as sent:
            client.get("/aide")
        return len(sent)

    assert cost(world.person(ROCAMADOUR)) == cost(secretary) == 2, "who acts, in which edition"


# ── Two tabs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_form_acts_in_the_name_that_its_page_showed(client: PageClient, secretary: Actor, edition: Edition) -> None:
    first = client.sign_in(secretary).get(PATH)
    client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 303)
    second = client.get(PATH)
    assert (shown(first), shown(second)) == ("Rocamadour (Lot)", "Gramat (Lot)")

    page = client.follow(client.post(SUPPORT, first.form(SUPPORT), 303))
    assert voices(edition) == [ROCAMADOUR]
    assert "Le soutien de Rocamadour (Lot) à la proposition" in page.main
    assert shown(page) == "Rocamadour (Lot)", "one goes on with the collectivité one was working for"

    page = client.follow(client.post(SUPPORT, second.form(SUPPORT), 303))
    assert voices(edition) == sorted([ROCAMADOUR, GRAMAT])
    assert shown(page) == "Gramat (Lot)"


@pytest.mark.parametrize("path", [PATH, "/2021/propositions"])
def test_the_buttons_of_every_page_say_their_name(client: PageClient, secretary: Actor, edition: Edition, path: str) -> None:
    page = client.sign_in(secretary).get(path)
    assert page.form(SUPPORT)["au_nom_de"] == ROCAMADOUR
    client.post(SUPPORT, page.form(SUPPORT), 303)
    withdrawal = client.get("/2021/mon-bulletin").form(f"{SUPPORT}/retrait")
    client.post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 303)
    client.post(f"{SUPPORT}/retrait", withdrawal, 303)
    assert voices(edition) == []


def test_a_page_older_than_the_second_collectivite_keeps_its_name(client: PageClient, world: World, edition: Edition) -> None:
    """A surer attachment, verified meanwhile, is the first from then on: what was open is in the other name all the same."""
    someone = world.person(ROCAMADOUR, status=AttachmentStatus.PENDING)
    old = client.sign_in(someone).get(PATH)
    attach(someone, GRAMAT)
    assert shown(client.get("/")) == "Gramat (Lot)"
    client.post(SUPPORT, old.form(SUPPORT), 303)
    assert voices(edition) == [ROCAMADOUR]


def test_a_page_in_a_name_one_has_lost_does_nothing(client: PageClient, secretary: Actor, edition: Edition) -> None:
    old = client.sign_in(secretary).get(PATH)
    end(number(secretary, ROCAMADOUR))
    page = client.post(SUPPORT, old.form(SUPPORT), 409)
    assert page.h1 == "Vous ne parlez plus pour cette collectivité"
    assert "Rien n’a été enregistré" in page.main
    assert shown(page) == "Gramat (Lot)"
    assert voices(edition) == []


def test_the_last_collectivite_lost_does_nothing_either(client: PageClient, world: World, edition: Edition) -> None:
    someone = world.person(ROCAMADOUR)
    old = client.sign_in(someone).get(PATH)
    end(someone.mandates[0].attachment_id)
    attach(someone, GRAMAT)
    client.post(SUPPORT, old.form(SUPPORT), 409)
    assert voices(edition) == []


@pytest.mark.parametrize("forged", [CAUVALDOR, "000000000", "214602401x", "' OR 1=1", "é" * 300])
@pytest.mark.parametrize(
    ("path", "data"),
    [
        (SUPPORT, {}),
        (f"{SUPPORT}/retrait", {}),
        ("/compte", {"name": "Autre Nom", "profile": "elu", "function": "maire"}),
        ("/compte/mandat", {"attachment": "1"}),
        ("/2021/propositions/99999/soutien", {}),
    ],
)
def test_a_forged_name_is_refused_everywhere(
    client: PageClient, secretary: Actor, edition: Edition, path: str, data: dict[str, Any], forged: str
) -> None:
    client.sign_in(secretary)
    client.post(path, {**data, "au_nom_de": forged}, 409)
    assert voices(edition) == []
    assert again(secretary).name == secretary.name
    assert shown(client.get("/")) == "Rocamadour (Lot)"


def test_who_speaks_for_nobody_forges_no_name(client: PageClient, world: World, edition: Edition) -> None:
    client.sign_in(world.person(None))
    client.post(SUPPORT, {"au_nom_de": ROCAMADOUR}, 409)
    assert voices(edition) == []


def test_a_visitor_who_forges_a_name_is_asked_to_sign_in(client: PageClient, edition: Edition) -> None:
    client.post(SUPPORT, {"au_nom_de": ROCAMADOUR}, 401)


def test_an_empty_name_is_that_of_the_session(client: PageClient, secretary: Actor, edition: Edition) -> None:
    client.sign_in(secretary).post(SUPPORT, {"au_nom_de": ""}, 303)
    assert voices(edition) == [ROCAMADOUR]


def test_one_signs_out_from_any_page(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary).post("/deconnexion", {"au_nom_de": CAUVALDOR}, 303)
    client.get("/compte", 401)


def test_a_form_without_its_token_is_refused_before_anything_else(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary)
    page = Page(client.http.post(SUPPORT, data={"au_nom_de": GRAMAT}))
    assert page.status == 400
    assert shown(client.get("/")) == "Rocamadour (Lot)"


def test_a_form_too_heavy_has_its_page(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary)
    page = client.post("/compte", {"au_nom_de": ROCAMADOUR, "name": "x" * (1024 * 1024 + 1)}, 413)
    assert shown(page) == "Rocamadour (Lot)"


def test_a_form_sent_back_for_correction_keeps_its_name(client: PageClient, secretary: Actor) -> None:
    client.sign_in(secretary).post("/compte/mandat", {"attachment": number(secretary, GRAMAT)}, 303)
    page = client.post("/compte", {"name": "", "au_nom_de": ROCAMADOUR}, 422)
    assert shown(page) == "Rocamadour (Lot)"
    assert page.form("/compte")["au_nom_de"] == ROCAMADOUR


def test_every_form_that_writes_says_in_whose_name() -> None:
    """The macros do; a form written by hand must too. The switcher chooses the name: it has none."""
    silent = [
        f"{path.relative_to(ROOT)}: {form.group()[:80]}"
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if path.name != "provider.html"  # that of the demonstration's provider, which is another site
        for form in re.finditer(r"<form\b[^%]*?method=\"post\".*?</form>", path.read_text("utf-8"), re.DOTALL)
        if "acting_for()" not in form.group() and "mandates.choose" not in form.group()
    ]
    assert silent == []
