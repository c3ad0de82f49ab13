"""Measured side by side with other software, in one run (``make bench``)."""
