"""OAuth 2.1 and OpenID Connect: a file per endpoint; `flows.py` lists the checks of each, in order."""
