"""Who holds which role in the team; granting and revoking them."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from consult.accounts import actions
from consult.accounts.queries import role_holder, role_holders
from consult.accounts.second_factor import actions as second_factor
from consult.accounts.second_factor.queries import member_with_second_factor
from consult.accounts.second_factor.rules import may_remove_second_factor
from consult.ground.actor import Role
from consult.ground.refusals import NotFound, Reason, Refused
from consult.web import doors
from consult.web.context import actor, received_at
from consult.web.forms.accounts import GrantForm, RevokeForm
from consult.web.forms.second_factor import RemovalForm
from consult.web.paging import page_number
from consult.web.reasons import wording

pages = Blueprint("steering_roles", __name__)


@pages.get("/pilotage/roles")
@doors.administrators
def index() -> str:
    """The team, and a form to extend it."""
    return _roles_page(GrantForm())


@pages.post("/pilotage/roles")
@doors.administrators
def grant() -> ResponseReturnValue:
    """Give someone a role."""
    form = GrantForm()
    if not form.validate_on_submit():
        return _roles_page(form), 422
    role = Role(form.role.data)
    try:
        actions.grant_role(actor(), form.email.data, role, reason=form.reason.data, at=received_at())
    except NotFound:
        form.email.errors = ["Personne n’a de compte à cette adresse. Demandez-lui de se connecter une première fois."]
        return _roles_page(form), 422
    except Refused as refused:
        if refused.reason is not Reason.ROLE_ALREADY_HELD:
            raise
        form.role.errors = [wording(refused.reason)]
        return _roles_page(form), 422
    flash(f"Le rôle « {role.label} » est accordé.", "success")
    return redirect(url_for("steering_roles.index"), 303)


@pages.get("/pilotage/roles/<int:person_id>/<role>/retrait")
@doors.administrators
def confirm(person_id: int, role: str) -> str:
    """Ask why."""
    return _revoke_page(person_id, role, RevokeForm())


@pages.post("/pilotage/roles/<int:person_id>/<role>/retrait")
@doors.administrators
def revoke(person_id: int, role: str) -> ResponseReturnValue:
    """Take a role back."""
    form = RevokeForm()
    if not form.validate_on_submit():
        return _revoke_page(person_id, role, form), 422
    held = role_holder(person_id, _role(role))
    actions.revoke_role(actor(), held.email, held.role, reason=form.reason.data, at=received_at())
    flash(f"Le rôle « {held.role.label} » est retiré.", "success")
    return redirect(url_for("steering_roles.index"), 303)


@pages.get("/pilotage/roles/<int:person_id>/second-facteur")
@doors.administrators
def confirm_removal(person_id: int) -> str:
    """Ask why somebody's second factor is undone."""
    return _removal_page(person_id, RemovalForm())


@pages.post("/pilotage/roles/<int:person_id>/second-facteur")
@doors.administrators
def remove_second_factor(person_id: int) -> ResponseReturnValue:
    """Undo it: they set another at their next visit."""
    form = RemovalForm()
    if not form.validate_on_submit():
        return _removal_page(person_id, form), 422
    second_factor.remove(actor(), person_id, reason=form.reason.data, at=received_at())
    flash("Le second facteur est annulé. La personne est prévenue par courriel.", "success")
    return redirect(url_for("steering_roles.index"), 303)


def _removal_page(person_id: int, form: RemovalForm) -> str:
    may_remove_second_factor(actor(), person_id=person_id, is_set=True, reason="to come").or_refuse()
    return render_template("steering/role_second_factor.html", form=form, member=member_with_second_factor(person_id))


def _role(text: str) -> Role:
    if text not in set(Role):
        raise NotFound
    return Role(text)


def _roles_page(form: GrantForm) -> str:
    return render_template("steering/roles.html", form=form, holders=role_holders(page=page_number()))


def _revoke_page(person_id: int, role: str, form: RevokeForm) -> str:
    return render_template("steering/role_revoke.html", form=form, holder=role_holder(person_id, _role(role)))
