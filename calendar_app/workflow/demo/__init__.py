"""The demonstration season: real houses, invented programme (``interface.md``)."""
