"""Publish: merged iCalendar selections with permanent addresses (``feeds.md``).

Pure: ``lines`` writes content lines, ``ical`` components and calendars, ``content`` says what an
occurrence reads like, ``schedule`` when, ``selection`` which feeds there are, ``validators`` HTTP's
conditional requests. ``actions`` renders on write, ``queries`` joins on read, ``serve`` answers.
"""
