"""Stage 2: supports, tallies, receipts, recount."""
