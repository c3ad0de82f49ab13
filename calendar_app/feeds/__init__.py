"""Publish: merged calendars, rendered on write and joined on read."""
