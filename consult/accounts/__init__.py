"""Who is asking: people, sign-in, attachments to a collectivité, roles."""
