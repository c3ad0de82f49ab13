"""Who: institutions, users, what they belong to, and how they sign in."""
