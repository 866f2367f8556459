"""Reorient, reject, group: nothing is lost. Schemes and their dates."""
