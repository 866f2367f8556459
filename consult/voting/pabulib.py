"""Elections as voting researchers keep them (pabulib.org/format): read, so that the same rules can be tried on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from consult.voting.alternative_rules import Ballot, Budget
from consult.voting.rules import Ranked, Tally, ranking

READABLE = frozenset({"approval", "choose-1"})
"""The kinds of votes where a voter names what it supports, as ours do."""


class UnreadableElectionError(ValueError):
    """The file is no election that can be read; the message says why, in French, in one line."""


@dataclass(frozen=True, slots=True)
class Election:
    """Projects numbered from 1 in the order of the file, the ballots, and what there is to spend."""

    names: Mapping[int, str]
    """The identifier that the file gives each project."""
    titles: Mapping[int, str]
    """What it is called, where the file says."""
    ballots: Sequence[Ballot]
    budget: Budget | None

    def standing(self) -> list[Ranked]:
        """The ranking by our rule: supports, then départements where ballots have one, then the order of the file."""
        supports = dict.fromkeys(self.names, 0)
        departements: dict[int, set[str]] = {number: set() for number in self.names}
        for ballot in self.ballots:
            for number in ballot.proposals:
                supports[number] += 1
                departements[number] |= {ballot.departement} if ballot.departement else set()
        return ranking(
            Tally(number, number, self.titles[number], supports[number], len(departements[number])) for number in self.names
        )


def election(file: Path) -> Election:
    """The election of a `.pb` file. Raises UnreadableElectionError, or OSError."""
    from pabutools.election import parse_pabulib  # noqa: PLC0415 - slow to import, and rarely needed

    try:
        instance, profile = parse_pabulib(str(file))
    except UnicodeDecodeError:
        raise UnreadableElectionError("le fichier n’est pas en UTF-8.") from None
    except NotImplementedError:
        raise UnreadableElectionError("cette sorte de vote n’est pas connue.") from None
    except (KeyError, IndexError, ValueError, TypeError, StopIteration, RuntimeError) as error:
        raise UnreadableElectionError(f"le fichier n’est pas au format Pabulib ({type(error).__name__}).") from None
    said = instance.meta.get("vote_type", "")
    if said not in READABLE:
        raise UnreadableElectionError(f"les votes sont de la sorte « {said or '?'} » ; seule « approval » se recompte ici.")
    numbers = {name: number for number, name in enumerate(instance.project_meta, start=1)}
    costs = {number: int(project.cost * 100) for project, number in numbers.items()}
    envelope = int(instance.budget_limit * 100)
    return Election(
        names={number: str(project.name) for project, number in numbers.items()},
        titles={numbers[project]: said_of.get("name", "") for project, said_of in instance.project_meta.items()},
        ballots=[_ballot({numbers[project] for project in ballot}, ballot.meta) for ballot in profile],
        budget=Budget(costs, envelope) if envelope > 0 and all(costs.values()) else None,
    )


def _ballot(proposals: set[int], said: Mapping[str, Any]) -> Ballot:
    inhabitants = said.get("population") or ""
    return Ballot(
        proposals=frozenset(proposals),
        stratum=said.get("population_stratum") or None,
        departement=said.get("departement") or None,
        inhabitants=int(inhabitants) if inhabitants.isdigit() else None,
    )
