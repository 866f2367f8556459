"""Who speaks for a collectivité: asking, proving, deciding, leaving; the team’s desk; collectivités that end."""
