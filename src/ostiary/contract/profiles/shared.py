"""Lines that stand in the profiles of several kinds."""

from ostiary.contract.model import ClientAuth, GrantType, Limit, LimitBy, Rate
from ostiary.contract.profiles.sheet import CODE, REFRESH, Carrier, Chosen

_TEN_MINUTES = 600

SHORT = Chosen(
    _TEN_MINUTES,
    "Short enough to be of little use when it leaks, long enough that refreshing costs nothing.",
    "RFC 6750 section 5.3",
)
NO_REFRESH: Chosen[int | None] = Chosen(None, "The client asks anew with its own credential.", "RFC 6749 section 4.4.3")
NO_PERSON = Chosen(False, "No person is there to ask: the client acts for itself.", "RFC 6749 section 4.4")
FIRST_PARTY = Chosen(
    False,
    "It is your own: people who sign in to your service lend their account to nobody else.",
    "OpenID Connect Core section 3.1.2.4",
)
MAY_PUSH = Chosen(
    False,
    "Its own server or pages begin each request, and exact redirect URIs, PKCE and `iss` hold whatever comes instead.",
    "RFC 9700 sections 2.1 and 4.4",
)
NO_REQUEST = Chosen(False, "It sends no authorization requests.", "RFC 9126 section 2.1")
NO_BROWSER = Chosen(False, "Its requests come from no page of another origin.", "Fetch Standard section 3.3")
IN_FIELD = Chosen(
    Carrier.HEADER, "A client sends a field on purpose; a browser never adds it on its own.", "RFC 6750 section 2.1"
)


def at_most(per: LimitBy, count: int, burst: int, why: str) -> Chosen[Limit]:
    """`count` a second."""
    return Chosen(Limit("kind", per, Rate(count, 1, burst)), why, "OWASP API Security API4:2023")


BY_HAND = at_most(LimitBy.PERSON, 50, 200, "A page asks for much at once; nobody reads faster than this for long.")
SEES_UNNAMED = Chosen(
    True, "A route without `kinds` is for every client that fulfils its rules.", "OWASP API Security API5:2023"
)
OWN_CREDENTIAL = Chosen(
    _TEN_MINUTES,
    "What it exchanges its key for is as short as any token.",
    "RFC 8693 section 2.2.1",
)
NO_TOKEN_ENDPOINT: Chosen[frozenset[ClientAuth]] = Chosen(
    frozenset(), "It needs no tokens: each request brings its own credential.", "OWASP API Security API2:2023"
)
NO_GRANT: Chosen[frozenset[GrantType]] = Chosen(frozenset(), NO_TOKEN_ENDPOINT.why, NO_TOKEN_ENDPOINT.source)
NO_TOKEN = Chosen(_TEN_MINUTES, NO_TOKEN_ENDPOINT.why, NO_TOKEN_ENDPOINT.source)
"""Without a grant the time counts for nothing."""
CODE_ONLY = Chosen(
    frozenset({CODE, REFRESH}),
    "Code with PKCE (S256): the only flow in which no token passes through the browser's address bar.",
    "RFC 9700 section 2.1.1",
)
CONFIDENTIAL = frozenset({ClientAuth.SECRET_BASIC, ClientAuth.PRIVATE_KEY_JWT})
BY_CERTIFICATE = frozenset({ClientAuth.TLS, ClientAuth.SELF_SIGNED_TLS})
