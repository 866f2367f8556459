"""Six digits of a phone, without which the roles of the team are withheld."""
