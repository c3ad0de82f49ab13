"""What a part of an address can be; anything else is not found, and no question to the store."""

from typing import Any

from werkzeug.routing import IntegerConverter, Map, UnicodeConverter

LARGEST = 2**31 - 1
"""The largest number that a column of keys holds on PostgreSQL; nothing has a larger one."""


class Key(IntegerConverter):
    """The key of a row."""

    def __init__(self, map: Map, *args: Any, **more: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, *args, **{"max": LARGEST, **more})


class Name(UnicodeConverter):
    """A slug, token or public id: text without control characters."""

    def __init__(self, map: Map, *args: Any, **more: Any) -> None:  # noqa: A002 - werkzeug's name
        super().__init__(map, *args, **more)
        self.regex = self.regex.replace("[^/]", r"[^/\x00-\x1f\x7f]")


CONVERTERS = {"int": Key, "default": Name, "string": Name}
