"""Telling people: texts of messages, and the outbox they go out through, once."""
