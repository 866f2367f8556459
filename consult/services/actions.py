"""The verbs of a service, gathered: its birth, its phases, what it promises, where it is deployed. Each has its own file."""

from consult.services.births import ServiceDraft, create
from consult.services.deployments import declare_deployment
from consult.services.milestones import drop_milestone, move_milestone, reach_milestone, set_milestone
from consult.services.phases import enter_phase

__all__ = [
    "ServiceDraft",
    "create",
    "declare_deployment",
    "drop_milestone",
    "enter_phase",
    "move_milestone",
    "reach_milestone",
    "set_milestone",
]
