"""`consult account grant|revoke`: roles, from the command line. It is how the first administrator is made."""

import click

from consult.accounts import actions
from consult.accounts.rules import parse_address
from consult.cli.context import with_app
from consult.ground import clock
from consult.ground.actor import OPERATOR, Role
from consult.ground.refusals import NotFound

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
    """Les comptes : accorder ou retirer un rôle."""


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
        raise NotFound(f"Personne n’a de compte à l’adresse {email}.") from None
    click.echo(f"{email} : rôle « {Role(role).label} » retiré.")
