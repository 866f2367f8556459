"""Following what one cares about, and being told at the rhythm one chose.

Nothing is written here by the acts that are told: `consult work` reads the journal, and spreads what is new to its followers.
"""
