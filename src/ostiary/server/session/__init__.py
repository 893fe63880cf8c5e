"""The token handler for the pages of web clients: the OAuth client that keeps their tokens (RFC 10017 section 6.1)."""
