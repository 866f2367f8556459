"""What every room stands on: the clock, who asks, refusals, the database, text and paging."""
