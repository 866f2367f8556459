"""What authors read of their contributions: the receipt, then each outcome with its reason."""

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.contributions.actions import publish
from consult.contributions.drafts import start_draft
from consult.contributions.files import remove_file_of_draft
from consult.contributions.model import ContributionType
from consult.ground.actor import OPERATOR, Actor, Profile
from consult.ground.database import reading, transaction
from consult.outbox.model import Message
from consult.triage.actions import declare_ineligible, reorient, ungroup
from consult.web.mail import composer
from tests.support.documents import join, store
from tests.support.stage_one import DURING_NEEDS, NEED, group, need, proposal, scheme, service
from tests.support.world import ROCAMADOUR, World


@pytest.fixture
def edition(world: World) -> Edition:
    return world.edition()


@pytest.fixture
def author(world: World) -> Actor:
    return world.person(ROCAMADOUR)


def last_mail(app: Flask) -> tuple[str, str]:
    """Subject and text of the latest mail, spaces squeezed."""
    message = reading().scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
    mail = composer(app.extensions["consult"])(message)
    return " ".join(str(mail["Subject"]).split()), " ".join(mail.get_content().split())


def test_the_receipt_of_a_need(app: Flask, edition: Edition, author: Actor) -> None:
    need(author, edition, title="L’école & le <carnet>")
    subject, text = last_mail(app)
    assert subject == "Votre besoin est publié sous le n° 1"
    assert "Le besoin « L’école & le <carnet> » est publié sous le n° 1, au nom suivant : Rocamadour (Lot)." in text
    assert "Nous l’avons reçu le 26 janvier 2021 à 9 h 00 (heure de Paris)." in text
    assert (
        "Tant que l’équipe ne l’a pas examiné, et au plus tard jusqu’au 15 mars 2021 à 12 h 00 (heure de Paris), vous pouvez le"
        " corriger ou le retirer à cette adresse, et vos collègues aussi." in text
    )
    assert "http://127.0.0.1:8000/2021/contributions/1" in text


def test_the_receipt_says_how_many_documents_came_with_it(app: Flask, edition: Edition, author: Actor) -> None:
    draft = start_draft(author, edition.id, ContributionType.NEED, {"title": "Titre"}, at=DURING_NEEDS)
    taken, *_ = join(author, draft, "a.pdf", "b.pdf", "c.pdf")
    remove_file_of_draft(author, store(), draft.id, taken.id, at=DURING_NEEDS)
    publish(author, edition.id, NEED, at=DURING_NEEDS, draft_id=draft.id)
    assert "à 9 h 00 (heure de Paris), avec 2 documents joints." in last_mail(app)[1]


def test_a_receipt_written_before_it_told_the_instant_still_leaves(app: Flask, edition: Edition, author: Actor) -> None:
    need(author, edition)
    with transaction() as session:
        message = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        told = ("edition", "number", "title", "type", "speaker")
        message.data = {name: message.data[name] for name in told}
    text = last_mail(app)[1]
    assert "au nom suivant : Rocamadour (Lot). http" in text
    assert (
        "et que le recueil est ouvert, vous pouvez le corriger ou le retirer à cette adresse, et vos collègues aussi." in text
    )


def test_the_receipt_of_a_partner_s_service(app: Flask, world: World, edition: Edition) -> None:
    service(world.person(None, profile=Profile.PARTENAIRE), edition, partner="Association fictive")
    subject, text = last_mail(app)
    assert subject == "Votre service est publié sous le n° 1"
    assert "au nom suivant : Association fictive." in text
    assert "collègues" not in text


def test_colleagues_may_correct_a_service_too(app: Flask, edition: Edition, author: Actor) -> None:
    service(author, edition)
    assert "à cette adresse, et vos collègues aussi." in last_mail(app)[1]


def test_a_grouping_names_every_proposition_and_is_not_a_merger(app: Flask, edition: Edition, author: Actor) -> None:
    group(need(author, edition), proposal(edition, "Première"), proposal(edition, "Seconde"))
    subject, text = last_mail(app)
    assert subject == "Contribution n° 1 : regroupée"
    assert "n° 1, Première http://127.0.0.1:8000/2021/propositions/1 n° 2, Seconde" in text
    assert "Un regroupement n’est pas une fusion" in text


def test_what_waits_again_says_so(app: Flask, edition: Edition, author: Actor) -> None:
    found, answer = need(author, edition), proposal(edition, "Première")
    group(found, answer)
    ungroup(OPERATOR, found.id, answer.id, at=DURING_NEEDS)
    subject, text = last_mail(app)
    assert subject == "Contribution n° 1 : de nouveau à l’examen"
    assert "Elle est sortie de la proposition n° 1, Première" in text


def test_one_taken_out_of_one_proposition_knows_where_it_stays(app: Flask, edition: Edition, author: Actor) -> None:
    found, left = need(author, edition), proposal(edition, "Première")
    group(found, left, proposal(edition, "Seconde"))
    ungroup(OPERATOR, found.id, left.id, at=DURING_NEEDS)
    subject, text = last_mail(app)
    assert subject == "Contribution n° 1 : sortie d’une proposition"
    assert "n’est plus dans une de ses propositions." in text
    assert (
        "Elle est sortie de la proposition n° 1, Première. Elle reste dans la proposition :"
        " n° 2, Seconde http://127.0.0.1:8000/2021/propositions/2" in text
    )
    assert "peut contester cette décision" in text


def test_a_letter_written_before_it_named_what_was_left_still_leaves(app: Flask, edition: Edition, author: Actor) -> None:
    found, answer = need(author, edition), proposal(edition, "Première")
    group(found, answer)
    ungroup(OPERATOR, found.id, answer.id, at=DURING_NEEDS)
    with transaction() as session:
        message = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one()
        before = {name: value for name, value in message.data.items() if name != "left"}
        message.data = before | {"proposals": [message.data["left"]]}
    assert "Elle est sortie de la proposition n° 1, Première, et n’est plus dans aucune" in last_mail(app)[1]


def test_a_reorientation_says_where_and_why(app: Flask, edition: Edition, author: Actor) -> None:
    to = scheme(edition)
    reorient(OPERATOR, need(author, edition).id, to.id, reason="Ce guichet\nconvient mieux.", at=DURING_NEEDS)
    subject, text = last_mail(app)
    assert subject == "Contribution n° 1 : réorientée"
    assert f"vers un autre guichet : {to.name}. La raison : Ce guichet convient mieux." in text
    assert "http://127.0.0.1:8000/2021/aides" in text


def test_an_ineligible_one_knows_why(app: Flask, edition: Edition, author: Actor) -> None:
    declare_ineligible(OPERATOR, need(author, edition).id, reason="Hors du champ.", at=DURING_NEEDS)
    subject, text = last_mail(app)
    assert subject == "Contribution n° 1 : non recevable"
    assert "La raison : Hors du champ. Ce n’est pas un jugement" in text
