"""What happened, kept for ever: one event an act."""
