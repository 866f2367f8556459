"""The filters and the order of the portfolio, as its address says them."""

from consult.services.model import Phase
from consult.services.portfolio import Order
from consult.web.forms.base import Form
from consult.web.forms.inputs import QuickSelectField

LATE, SILENT = "en-retard", "sans-nouvelles"
PHASES = {
    Phase.INVESTIGATION: "investigation",
    Phase.CONSTRUCTION: "construction",
    Phase.ACCELERATION: "acceleration",
    Phase.CONSOLIDATION: "consolidation",
    Phase.OPERATED: "opere",
    Phase.TRANSFERRED: "transfere",
    Phase.STOPPED: "arrete",
}
"""How addresses name the phases."""


class PortfolioForm(Form):
    """A value that does not exist is left out."""

    class Meta(Form.Meta):
        csrf = False

    phase = QuickSelectField("Phase")
    etat = QuickSelectField("À surveiller")
    tri = QuickSelectField("Trier")

    def offer(self) -> None:
        """Give each list its choices; "" keeps everything."""
        self.phase.choices = [("", "Toutes les phases"), *((slug, phase.label) for phase, slug in PHASES.items())]
        self.etat.choices = [("", "Tous les services"), (LATE, "Jalon en retard"), (SILENT, "Sans nouvelles")]
        self.tri.choices = [(order.value, order.label.capitalize()) for order in Order]
