"""Editions, their four windows, the verbs each stage opens; moving a date."""
