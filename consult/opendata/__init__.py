"""What leaves the site: files anyone can read and recount."""
