"""The tamper-evident log: how events become bytes, and how each record vouches for the one before it."""
