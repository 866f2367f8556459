"""The demonstration edition 2021, played through the actions."""
