"""Identify: whatever the client brought becomes the same frozen `Principal`, or the request ends here."""
