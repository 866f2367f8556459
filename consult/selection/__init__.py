"""The committee: decisions, proclaimed together."""
