"""The agency’s desk of money: what services propose, published or refused; the envelope and the rate of an edition."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.services import money, money_queries
from consult.services.model import Publication
from consult.services.money_rules import Funding
from consult.web import doors
from consult.web.context import actor, edition, received_at
from consult.web.forms.money import PUBLISH, DecisionForm, FundingForm
from consult.web.money_words import percent
from consult.web.paging import page_number
from consult.web.service_desk import act
from consult.web.service_money import rooms_of

pages = Blueprint("steering_money", __name__)


@pages.get("/pilotage/<edition:e>/argent")
@doors.moderators
def index(e: str) -> str:
    """What the teams of services proposed and waits for an answer, the oldest first."""
    return render_template("steering/money.html", proposed=money_queries.proposed(edition(e).id, page=page_number()))


@pages.route("/pilotage/<edition:e>/argent/<int:line_id>", methods=["GET", "POST"])
@doors.moderators
def line(e: str, line_id: int) -> ResponseReturnValue:
    """One line, what its service already has, and the answer: publish it, or refuse it for a reason."""
    found, form = money_queries.one_proposed(edition(e).id, line_id), DecisionForm()

    def write() -> ResponseReturnValue:
        if form.answer.data == PUBLISH:
            money.publish_line(actor(), line_id, at=received_at())
            flash("Ligne publiée. La collectivité qui l’a proposée est prévenue par courriel.", "success")
        else:
            money.refuse_line(actor(), line_id, reason=form.reason.data, at=received_at())
            flash("Ligne refusée. La collectivité qui l’a proposée est prévenue par courriel.", "success")
        return redirect(url_for("steering_money.index", e=e), 303)

    return act(
        form,
        write,
        "steering/money_line.html",
        found=found,
        line=found.line,
        service=found.service,
        totals=money.totals_of(found.service),
        most=rooms_of(found.service, edition(e))[found.line.kind],
        is_waiting=found.line.standing is Publication.PROPOSED,
    )


@pages.route("/pilotage/<edition:e>/enveloppe", methods=["GET", "POST"])
@doors.administrators
def funding(e: str) -> ResponseReturnValue:
    """The envelope and the rate of an edition, and another of each, for a public reason."""
    the_edition = edition(e)
    now = Funding(the_edition.envelope, the_edition.funding_rate)
    form = FundingForm.of(now)

    def write() -> ResponseReturnValue:
        money.set_funding(actor(), the_edition.id, form.funding(), seen=form.shown(), reason=form.reason.data, at=received_at())
        flash("L’enveloppe et le taux de l’édition sont changés. Le journal public le dit.", "success")
        return redirect(url_for("service_money.whole", e=e), 303)

    return act(form, write, "steering/funding.html", now=now, rate=percent(now.rate), granted=the_edition.granted)
