"""A code sent to a collectivité’s official mailbox, typed back by whoever asks to speak for it."""
