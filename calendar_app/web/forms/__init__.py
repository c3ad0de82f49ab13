"""Forms: what people type, checked field by field, turned into plain values."""
