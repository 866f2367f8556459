"""`consult account …`: roles, a second factor to undo, who tried to come in. It is how the first administrator is made."""

from datetime import datetime, timedelta

import click

from consult.accounts import actions
from consult.accounts.rules import parse_address
from consult.accounts.second_factor import actions as second_factor
from consult.accounts.second_factor.queries import person_at
from consult.cli.context import INSTANT, with_app
from consult.ground import clock
from consult.ground.actor import OPERATOR, Role
from consult.ground.refusals import NotFound
from consult.journal.attempts import attempts_since, line

ROLE = click.Choice([role.value for role in Role])


class AddressType(click.ParamType[str]):
    """An e-mail address."""

    name = "courriel"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if parse_address(value) is None:
            self.fail(f"« {value} » n’est pas une adresse de courriel.", param, ctx)
        return value


@click.group()
def account() -> None:
    """Les comptes : rôles, second facteur, tentatives de connexion."""


@account.command()
@click.argument("email", type=AddressType())
@click.argument("role", type=ROLE)
@click.option("--reason", default="Accordé en ligne de commande.", help="La raison, gardée au journal.")
@with_app
def grant(email: str, role: str, reason: str) -> None:
    """Accorde ROLE à la personne de cette adresse ; crée son compte si elle n’en a pas."""
    actions.grant_role(OPERATOR, email, Role(role), reason=reason, at=clock.now())
    click.echo(f"{email} : rôle « {Role(role).label} » accordé.")


@account.command()
@click.argument("email", type=AddressType())
@click.argument("role", type=ROLE)
@click.option("--reason", default="Retiré en ligne de commande.", help="La raison, gardée au journal.")
@with_app
def revoke(email: str, role: str, reason: str) -> None:
    """Retire ROLE à la personne de cette adresse ; il reste toujours un administrateur."""
    try:
        actions.revoke_role(OPERATOR, email, Role(role), reason=reason, at=clock.now())
    except NotFound:
        raise _nobody(email) from None
    click.echo(f"{email} : rôle « {Role(role).label} » retiré.")


@account.command("reset-second-factor")
@click.argument("email", type=AddressType())
@click.option("--reason", default="Annulé en ligne de commande.", help="La raison, gardée au journal.")
@with_app
def reset_second_factor(email: str, reason: str) -> None:
    """Annule le second facteur de la personne de cette adresse, qui en mettra un autre en place à sa prochaine visite."""
    try:
        second_factor.remove(OPERATOR, person_at(email), reason=reason, at=clock.now())
    except NotFound:
        raise _nobody(email) from None
    click.echo(f"{email} : second facteur annulé.")


@account.command()
@click.option("--since", type=INSTANT, help="À partir de cet instant ; par défaut, depuis vingt-quatre heures.")
@with_app
def attempts(since: datetime | None) -> None:
    """Dit qui a essayé d’entrer, et comment cela a fini : une ligne chacun, heure UTC, sans adresse ni code."""
    for event in attempts_since(since or clock.now() - timedelta(days=1)):
        click.echo(line(event))


def _nobody(email: str) -> NotFound:
    return NotFound(f"Personne n’a de compte à l’adresse {email}.")
