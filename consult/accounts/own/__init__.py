"""One’s own account: address, mail, closing."""
