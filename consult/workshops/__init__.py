"""Workshops where the volunteers of a proposition work together: dates, places, seats, what was said."""
