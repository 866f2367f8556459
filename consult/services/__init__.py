"""Stage 4: the winning services, tracked until they are in use."""
