"""What authors read of their contributions: the receipt, then each outcome with its reason."""

import pytest
from flask import Flask
from sqlalchemy import select

from consult.calendar.model import Edition
from consult.ground.actor import OPERATOR, Actor, Profile
from consult.ground.database import reading
from consult.outbox.model import Message
from consult.triage.actions import declare_ineligible, reorient, ungroup
from consult.web.mail import composer
from tests.support.stage_one import DURING_NEEDS, group, need, proposal, scheme, service
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
    assert "http://127.0.0.1:8000/2021/contributions/1" in text


def test_the_receipt_of_a_partner_s_service(app: Flask, world: World, edition: Edition) -> None:
    service(world.person(None, profile=Profile.PARTENAIRE), edition, partner="Association fictive")
    subject, text = last_mail(app)
    assert subject == "Votre service est publié sous le n° 1"
    assert "au nom suivant : Association fictive." in text


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
