"""What everything else stands on: time, language, errors, names. Knows nothing of the domain."""
