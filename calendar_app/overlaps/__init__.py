"""Flag: what competes with what, why, and the cases that come of it (``overlaps.md``).

``parameters`` and ``moments`` feed ``scoring`` (pure, on arrays); ``pairs`` finds what could
compete at all; ``reasons`` explains; ``cases`` decides which overlaps become a conflict.
"""
