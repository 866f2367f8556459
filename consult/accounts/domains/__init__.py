"""Mail domains: those that are a collectivité’s own, and those that prove nothing."""
