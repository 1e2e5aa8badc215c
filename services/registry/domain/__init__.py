"""The registry's rules: what a designation is, how it moves, and what the public may see of it."""
