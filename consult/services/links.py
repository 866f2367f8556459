"""What a service says of itself: its name, what it does, where it is, what its openness can be judged by, how to have it."""

from dataclasses import asdict, dataclass
from datetime import datetime

from consult.accounts.queries import as_now
from consult.ground.actor import Actor
from consult.ground.database import transaction
from consult.ground.refusals import Reason, Refused
from consult.journal.model import EventKind
from consult.services.held import held, tell
from consult.services.model import Service
from consult.services.news_rules import leaves_money
from consult.services.queries import bearers
from consult.services.rules import may_update


@dataclass(frozen=True, slots=True)
class Description:
    """Everything a service says of itself, under the names of its row; what is empty is shown as missing."""

    name: str
    summary: str
    site: str = ""
    repository: str = ""
    licence: str = ""
    accessibility: str = ""
    security: str = ""
    statistics: str = ""
    to_deploy: str = ""
    contact: str = ""


def describe(actor: Actor, service_id: int, said: Description, *, revision: int, at: datetime) -> None:
    """Say all of it anew. `revision` is that of the service as its author read it: two people do not undo one another's.

    Raises Refused with the reason of `may_update` or `leaves_money`, `CHANGED_MEANWHILE` when somebody was quicker; NotFound.
    """
    with transaction() as session:
        service, edition = held(session, service_id)
        who = as_now(session, actor)
        may_update(who, calendar=edition.calendar, bearers=bearers(session, service_id), at=at).or_refuse()
        if service.revision != revision:
            raise Refused(Reason.CHANGED_MEANWHILE)
        changed = {name: now for name, now in asdict(said).items() if getattr(service, name) != now}
        if not changed:
            return
        leaves_money(who, *changed.values()).or_refuse()
        before = {name: getattr(service, name) for name in changed}
        for name, now in changed.items():
            setattr(service, name, now)
        service.revision += 1
        tell(session, EventKind.SERVICE_DESCRIBED, who, service, at, changed=",".join(changed), **_renamed(service, before))


def _renamed(service: Service, before: dict[str, str]) -> dict[str, str]:
    """What the journal keeps of a new name: the old one, which other events still say."""
    return {"before": before["name"], "after": service.name} if "name" in before else {}
