"""Who exists: collectivités, by SIREN."""
