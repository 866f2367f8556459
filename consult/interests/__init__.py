"""Stage 3: territoires référents."""
