"""OAuth 2.1 and OpenID Connect: a file per endpoint; `flows` has the checks of each, in order."""
