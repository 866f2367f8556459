"""Every table of every room: importing this module fills `Base.metadata`."""

from consult.accounts import model as accounts
from consult.calendar import model as calendar
from consult.contributions import model as contributions
from consult.following import model as following
from consult.ground.database import Base
from consult.interests import model as interests
from consult.journal import model as journal
from consult.outbox import model as outbox
from consult.proposals import model as proposals
from consult.register import model as register
from consult.selection import model as selection
from consult.services import model as services
from consult.triage import model as triage
from consult.voting import model as voting
from consult.workshops import model as workshops

ROOMS = (
    journal,
    outbox,
    calendar,
    register,
    accounts,
    contributions,
    proposals,
    triage,
    voting,
    selection,
    interests,
    workshops,
    services,
    following,
)

metadata = Base.metadata
