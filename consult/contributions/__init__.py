"""Stage 1: needs and existing services."""
