"""One function per thing a person can do: permission → save → re-flag → re-render.

Explicit calls in that order, inside the caller's transaction; no signals, no bus.
"""
