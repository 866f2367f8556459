"""The commands. Exit codes: 0 done, 1 refused or failed with one clear line on standard error, 2 wrong usage."""

import sys
from importlib import import_module

import click

COMMANDS = {
    "account": "consult.cli.account:account",
    "calendar": "consult.cli.calendar:calendar",
    "check": "consult.cli.site:check",
    "compare": "consult.cli.comparison:compare",
    "demo": "consult.cli.demo:demo",
    "edition": "consult.cli.edition:edition",
    "export": "consult.cli.opendata:export",
    "import": "consult.cli.contributions:import_",
    "migrate": "consult.cli.site:migrate",
    "register": "consult.cli.register:register",
    "serve": "consult.cli.site:serve",
    "tally": "consult.cli.voting:tally",
    "verify": "consult.cli.verify:verify",
    "work": "consult.cli.site:work",
}


class Commands(click.Group):
    """A group that imports a command only when it is called: `consult --help` stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(import_module(module), name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="consult")
def cli() -> None:
    """Consult : conduire une consultation nationale des collectivités."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command; turn every foreseen failure into one line and exit code 1."""
    from sqlalchemy.exc import DBAPIError

    from consult.config import SettingError
    from consult.ground.refusals import NotFound, Refused
    from consult.web.reasons import wording

    try:
        cli.main(args=arguments, standalone_mode=False)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.Abort:
        sys.exit(1)
    except click.ClickException as error:
        fail(error.format_message())
    except SettingError as error:
        fail(str(error))
    except Refused as error:
        fail(wording(error.reason, error.moment))
    except NotFound as error:
        fail(str(error) or "Introuvable.")
    except DBAPIError as error:
        fail(f"La base de données ne répond pas comme prévu : {first_line(error)}")


def fail(line: str) -> None:
    """One clear line on standard error, exit code 1."""
    click.echo(line, err=True)
    sys.exit(1)


def first_line(error: BaseException) -> str:
    """What an error says, in one line; its name when it says nothing."""
    said = getattr(error, "orig", None) or error
    return (str(said).strip().splitlines() or [type(said).__name__])[0]
