"""Import: nobody types twice. Bytes → lines → found events → planned changes → stored.

``text zones recurrence ics plan`` are pure; ``sandbox`` runs the reading of a file in a process
that can be stopped.
"""
