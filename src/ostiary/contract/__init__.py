"""The file a user writes: read, check, expand the kinds, compare two versions."""
