"""The team's table of mail domains that are a collectivité's own: one at a time, or a whole file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from consult.accounts.domains import actions as known_domains
from consult.accounts.domains.import_files import ImportFault
from consult.accounts.domains.queries import known_domain, waiting_on
from consult.accounts.domains.queries import known_domains as listed
from consult.accounts.domains.rules import parse_domain
from consult.ground.refusals import Refused
from consult.ground.text import visible
from consult.register.queries import lines
from consult.web import doors, words
from consult.web.context import actor, received_at
from consult.web.forms.proofs import DomainForm, DomainRemovalForm, DomainsFileForm
from consult.web.paging import page_number

pages = Blueprint("domains", __name__)

LONGEST_SEARCH = 120


@pages.get("/pilotage/domaines")
@doors.moderators
def index() -> str:
    """The table, a search in it, and what adds to it."""
    return _domains_page(DomainForm())


@pages.post("/pilotage/domaines")
@doors.moderators
def add() -> ResponseReturnValue:
    """Say whose a domain is."""
    form = DomainForm()
    if not form.validate_on_submit():
        return _domains_page(form), 422
    domain = parse_domain(form.domain.data) or ""
    try:
        known_domains.add_domain(actor(), domain, form.siren.data, note=form.note.data, at=received_at())
    except Refused as refused:
        status = form.refused(refused)
        return _domains_page(form), status
    flash(f"{domain} est maintenant le domaine de {known_domain(domain).collectivite}.", "success")
    return redirect(url_for("domains.index", q=domain), 303)


@pages.get("/pilotage/domaines/fichier")
@doors.moderators
def choose_file() -> str:
    """Ask for a file."""
    return render_template("steering/domains_file.html", form=DomainsFileForm(), faults=[])


@pages.post("/pilotage/domaines/fichier")
@doors.moderators
def import_file() -> ResponseReturnValue:
    """Add all the domains of a file, or none."""
    form = DomainsFileForm()
    if not form.validate_on_submit():
        return render_template("steering/domains_file.html", form=form, faults=[]), 422
    sent = form.file.data
    note = f"Fichier {visible(sent.filename or '')}".replace("\n", " ").strip()[:300]
    try:
        report = known_domains.import_domains(actor(), sent.read(), note=note, at=received_at())
    except ImportFault as refused:
        form.file.errors = ["Ce fichier est refusé : rien n’a été ajouté. Corrigez-le, puis envoyez-le de nouveau."]
        return render_template("steering/domains_file.html", form=form, faults=refused.faults), 422
    added = words.plural(report.added, "domaine ajouté", "domaines ajoutés") if report.added else "Aucun domaine nouveau"
    flash(f"{added}, {words.plural(report.unchanged, 'déjà connu', 'déjà connus')}.", "success")
    return redirect(url_for("domains.index"), 303)


@pages.post("/pilotage/domaines/<domain>/verification")
@doors.moderators
def verify(domain: str) -> ResponseReturnValue:
    """Verify the requests that wait and come from this domain."""
    verified = known_domains.verify_by_domain(actor(), visible(domain), at=received_at())
    said = words.plural(verified, "demande vérifiée", "demandes vérifiées") if verified else "Aucune demande à vérifier"
    flash(f"{said}. Chaque personne en est prévenue par courriel.", "success")
    return redirect(url_for("domains.index", q=domain), 303)


@pages.get("/pilotage/domaines/<domain>/retrait")
@doors.moderators
def confirm(domain: str) -> str:
    """Ask why."""
    return render_template("steering/domain_remove.html", form=DomainRemovalForm(), known=known_domain(visible(domain)))


@pages.post("/pilotage/domaines/<domain>/retrait")
@doors.moderators
def remove(domain: str) -> ResponseReturnValue:
    """Say that a domain is nobody's own any more."""
    form = DomainRemovalForm()
    if not form.validate_on_submit():
        return render_template("steering/domain_remove.html", form=form, known=known_domain(visible(domain))), 422
    known_domains.remove_domain(actor(), visible(domain), reason=form.reason.data, at=received_at())
    flash(f"{domain} n’est plus le domaine d’une collectivité. Les rattachements déjà vérifiés le restent.", "success")
    return redirect(url_for("domains.index"), 303)


def _domains_page(form: DomainForm) -> str:
    typed = visible(request.args.get("q", ""))[:LONGEST_SEARCH].strip()
    table = listed(typed, page=page_number())
    if form.siren.data and (named := lines([form.siren.data]).get(form.siren.data)):
        form.siren.description = f"C’est celui de {named.full_name}."
    return render_template(
        "steering/domains.html",
        q=typed,
        table=table,
        waiting=waiting_on([one.domain for one in table.items], but=actor().person_id),
        form=form,
    )
