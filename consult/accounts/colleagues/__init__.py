"""Several people for one collectivité, several collectivités for one person: vouching, inviting, choosing in whose name."""
