"""The store: one declarative base, engines, two kinds of session use."""
