"""The eight kinds: what each carries. A client narrows its profile, or weakens it by a setting named `insecure_`."""

from collections.abc import Mapping
from dataclasses import replace

from ostiary.contract.file_client import Credential
from ostiary.contract.model import ClientAuth, GrantType, LimitBy
from ostiary.contract.profiles import shared
from ostiary.contract.profiles.sheet import CODE, REFRESH, Carrier, Chosen, Sheet
from ostiary.model.principal import Binding, Kind

_DAY = 86400

WEB = Sheet(
    says="A web application whose pages share the origin: its tokens are kept here, and the browser has a cookie.",
    credentials=Chosen(
        (Credential.COOKIE, Credential.SECRET, Credential.PRIVATE_KEY_JWT),
        "Its pages have a cookie that no script reads. A server of its own can keep a secret or a key instead.",
        "RFC 10017 section 6.1",
    ),
    grants=shared.CODE_ONLY,
    auth_methods=Chosen(
        frozenset({ClientAuth.HANDLED}),
        "Ostiary fetches the tokens itself: whoever else comes in its name is refused.",
        "RFC 10017 section 6.1",
    ),
    binding=Chosen(
        Binding.COOKIE,
        "No token reaches the browser, and the cookie is worth nothing without the page's own header.",
        "RFC 10017 section 6.1.3",
    ),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=Chosen(
        12 * 3600,
        "A day's work without a new sign-in; the session at the issuer ends it sooner.",
        "RFC 10017 section 6.1",
    ),
    refresh_absolute_seconds=Chosen(_DAY, "Nobody stays signed in for longer than a day.", "RFC 9700 section 4.14.2"),
    asks_consent=shared.FIRST_PARTY,
    pushed_requests=shared.MAY_PUSH,
    cors=Chosen(False, "The browser calls its own origin.", "Fetch Standard section 3.3"),
    carried=Chosen(
        Carrier.COOKIE,
        "`__Host-`, Secure, HttpOnly and SameSite=Strict: of this origin alone, and only from its own pages.",
        "RFC 10017 section 6.1.3.2",
    ),
    limit=shared.BY_HAND,
    sees_unnamed=shared.SEES_UNNAMED,
)
WEB_WITH_SERVER = replace(
    WEB,
    says="A web application with a server of its own, which keeps the tokens away from the browser.",
    auth_methods=Chosen(shared.CONFIDENTIAL, "It authenticates at the token endpoint.", "RFC 6749 section 3.2.1"),
    binding=Chosen(
        Binding.BEARER,
        "The token stays on a server; the refresh token works only with the client's own credential.",
        "RFC 9700 section 2.2.2",
    ),
    carried=Chosen(
        Carrier.HEADER,
        "Its server adds the token; the browser has only a cookie of that server.",
        "RFC 10017 section 6.1",
    ),
)
"""Of clients of kind web that have a secret or a key."""
SPA = Sheet(
    says="A single-page application: all of it runs in the browser.",
    credentials=Chosen(
        (Credential.NONE,), "Nothing that is sent to every browser is a secret.", "RFC 6749 section 2.1"
    ),
    grants=shared.CODE_ONLY,
    auth_methods=Chosen(
        frozenset({ClientAuth.NONE}), "A public client: PKCE proves the exchange.", "RFC 7636 section 4"
    ),
    binding=Chosen(
        Binding.DPOP,
        "Every token is bound to a key that cannot leave the browser: no script carries both off.",
        "RFC 9449 section 5",
    ),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=Chosen(
        2 * 3600, "A tab in use stays signed in; a thief of the token does not have its key.", "RFC 9700 section 2.2.2"
    ),
    refresh_absolute_seconds=Chosen(12 * 3600, "A working day, whatever happens.", "RFC 9700 section 4.14.2"),
    asks_consent=shared.FIRST_PARTY,
    pushed_requests=shared.MAY_PUSH,
    cors=Chosen(True, "Its pages call across origins, from exactly its own.", "Fetch Standard section 3.3"),
    carried=shared.IN_FIELD,
    limit=shared.BY_HAND,
    sees_unnamed=shared.SEES_UNNAMED,
)
MOBILE = Sheet(
    says="An app that people install.",
    credentials=Chosen(
        (Credential.NONE, Credential.ATTESTATION),
        "What ships in an app is no secret; an attester can vouch for each instance of it.",
        "RFC 8252 section 8.5",
    ),
    grants=Chosen(
        frozenset({CODE, REFRESH}),
        "Code with PKCE (S256) through the system's browser, never an embedded one.",
        "RFC 8252 sections 6 and 8.12",
    ),
    auth_methods=Chosen(
        frozenset({ClientAuth.NONE, ClientAuth.ATTESTATION}),
        "A public client: PKCE proves the exchange. With an attester, only instances that are vouched for.",
        "RFC 8252 section 8.4",
    ),
    binding=Chosen(
        Binding.DPOP, "Every token is bound to a key in the device: a copied one is worthless.", "RFC 9449 section 5"
    ),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=Chosen(
        30 * _DAY,
        "An app that is opened monthly stays signed in, since its key stays in the device.",
        "RFC 9449 section 5",
    ),
    refresh_absolute_seconds=Chosen(180 * _DAY, "Twice a year the person signs in anew.", "RFC 9700 section 4.14.2"),
    asks_consent=shared.FIRST_PARTY,
    pushed_requests=Chosen(
        True,
        "Other apps on the device see what opens the browser: a pushed request is only a name there, good once.",
        "RFC 9126 section 1",
    ),
    cors=shared.NO_BROWSER,
    carried=shared.IN_FIELD,
    limit=shared.at_most(LimitBy.PERSON, 20, 100, "A screen asks for little, and a loop in an old build never ends."),
    sees_unnamed=shared.SEES_UNNAMED,
)
PARTNER = Sheet(
    says="Another company's server that calls for itself, with an API key or signed requests.",
    credentials=Chosen(
        (Credential.API_KEY, Credential.SIGNATURE),
        "What partners can operate: a key that scanners recognise, or a signature over each request.",
        "RFC 9421 section 1",
    ),
    grants=Chosen(
        frozenset({GrantType.TOKEN_EXCHANGE}),
        "It may exchange its key for a short token, and give that to a program that should not have the key.",
        "RFC 8693 section 2.1",
    ),
    auth_methods=Chosen(frozenset(), "The key that it exchanges says who it is.", "RFC 8693 section 2.1"),
    binding=Chosen(Binding.API_KEY, "At least its key; signed requests are bound more strongly.", "RFC 9421 section 1"),
    access_token_seconds=shared.OWN_CREDENTIAL,
    refresh_idle_seconds=shared.NO_REFRESH,
    refresh_absolute_seconds=shared.NO_REFRESH,
    asks_consent=shared.NO_PERSON,
    pushed_requests=shared.NO_REQUEST,
    cors=shared.NO_BROWSER,
    carried=Chosen(Carrier.KEY, "A field stands in no address and in few logs.", "OWASP API Security API2:2023"),
    limit=shared.at_most(LimitBy.CLIENT, 50, 200, "A company has many users; agree on more with `limit` or `quota`."),
    sees_unnamed=shared.SEES_UNNAMED,
)
PARTNER_WHO_SIGNS = replace(
    PARTNER, grants=shared.NO_GRANT, auth_methods=shared.NO_TOKEN_ENDPOINT, access_token_seconds=shared.NO_TOKEN
)
"""Of partners that sign their requests: there is nothing to exchange."""
THIRD_PARTY = Sheet(
    says="Somebody else's application that acts for a person who agreed to it.",
    credentials=Chosen(
        (Credential.NONE, Credential.SECRET, Credential.PRIVATE_KEY_JWT),
        "Its server keeps a secret or a key; without a server it is a public client.",
        "RFC 6749 section 2.1",
    ),
    grants=shared.CODE_ONLY,
    auth_methods=Chosen(
        shared.CONFIDENTIAL | {ClientAuth.NONE},
        "With a secret or a key it authenticates; without, PKCE proves the exchange.",
        "RFC 6749 section 3.2.1",
    ),
    binding=Chosen(Binding.BEARER, "All that other people's applications can be expected to do.", "RFC 6750 section 1"),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=Chosen(
        14 * _DAY, "Rotated at each use, and a second use of an old one ends them all.", "RFC 9700 section 4.14.2"
    ),
    refresh_absolute_seconds=Chosen(90 * _DAY, "After that the person is asked again.", "RFC 9700 section 4.14.2"),
    asks_consent=Chosen(True, "The person decides what somebody else may do in their name.", "RFC 6749 section 10.2"),
    pushed_requests=Chosen(
        True,
        "What the person is asked is what the application itself told the issuer, and nobody on the way.",
        "RFC 9126 sections 1 and 5",
    ),
    cors=shared.NO_BROWSER,
    carried=shared.IN_FIELD,
    limit=shared.at_most(
        LimitBy.PERSON, 10, 50, "Somebody else wrote it: enough to serve a person, too little to copy all they have."
    ),
    sees_unnamed=shared.SEES_UNNAMED,
)
SERVICE = Sheet(
    says="A program of yours that calls for itself.",
    credentials=Chosen(
        (Credential.PRIVATE_KEY_JWT, Credential.SECRET, Credential.MTLS),
        "A key never leaves the program; a secret is sent each time.",
        "RFC 9700 section 2.5",
    ),
    grants=Chosen(
        frozenset({GrantType.CLIENT_CREDENTIALS}),
        "It acts for itself, so no person is involved.",
        "RFC 6749 section 4.4",
    ),
    auth_methods=Chosen(
        shared.CONFIDENTIAL | shared.BY_CERTIFICATE,
        "It always authenticates at the token endpoint.",
        "RFC 6749 section 4.4",
    ),
    binding=Chosen(Binding.BEARER, "With mutual TLS its tokens are bound to the certificate.", "RFC 8705 section 3"),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=shared.NO_REFRESH,
    refresh_absolute_seconds=shared.NO_REFRESH,
    asks_consent=shared.NO_PERSON,
    pushed_requests=shared.NO_REQUEST,
    cors=shared.NO_BROWSER,
    carried=shared.IN_FIELD,
    limit=shared.at_most(LimitBy.CLIENT, 1000, 2000, "It is yours; the bound is for its mistakes."),
    sees_unnamed=shared.SEES_UNNAMED,
)
DEVICE = Sheet(
    says="A device without a keyboard: a till, a television, a sensor.",
    credentials=Chosen(
        (Credential.NONE, Credential.MTLS),
        "What ships in a device is no secret, unless it has a certificate of its own.",
        "RFC 8628 section 5.6",
    ),
    grants=Chosen(
        frozenset({GrantType.DEVICE_CODE, REFRESH}),
        "The person signs in on another device, with a code that is shown.",
        "RFC 8628 section 3",
    ),
    auth_methods=Chosen(
        shared.BY_CERTIFICATE | {ClientAuth.NONE}, "Public, or by its certificate.", "RFC 8628 section 5.6"
    ),
    binding=Chosen(
        Binding.DPOP, "A device stands where others reach it: a copied token is worthless.", "RFC 9449 section 5"
    ),
    access_token_seconds=shared.SHORT,
    refresh_idle_seconds=Chosen(
        30 * _DAY, "A device that is used monthly stays signed in, since its key stays in it.", "RFC 9449 section 5"
    ),
    refresh_absolute_seconds=Chosen(365 * _DAY, "Once a year somebody confirms it.", "RFC 9700 section 4.14.2"),
    asks_consent=Chosen(
        True, "The person sees which device asks: the defence against phishing.", "RFC 10027 section 6.1"
    ),
    pushed_requests=shared.NO_REQUEST,
    cors=shared.NO_BROWSER,
    carried=shared.IN_FIELD,
    limit=shared.at_most(LimitBy.PERSON, 5, 50, "A device asks seldom, and cannot be mended if it never stops."),
    sees_unnamed=shared.SEES_UNNAMED,
)
LEGACY = Sheet(
    says="An old client that cannot change, let in by its old ways for a limited time.",
    credentials=Chosen((Credential.NONE,), "Its old ways are named one by one, with an end.", "RFC 8594 section 3"),
    grants=shared.NO_GRANT,
    auth_methods=shared.NO_TOKEN_ENDPOINT,
    binding=Chosen(Binding.BEARER, "What it sends can be copied; nothing better is to be had.", "RFC 6750 section 5.1"),
    access_token_seconds=shared.NO_TOKEN,
    refresh_idle_seconds=shared.NO_REFRESH,
    refresh_absolute_seconds=shared.NO_REFRESH,
    asks_consent=shared.NO_PERSON,
    pushed_requests=shared.NO_REQUEST,
    cors=shared.NO_BROWSER,
    carried=Chosen(
        Carrier.NAMED,
        "Each old way is named where it is let in, and nowhere else.",
        "OWASP API Security API9:2023",
    ),
    limit=shared.at_most(LimitBy.CLIENT, 10, 20, "Enough to go on as before, too little to grow."),
    sees_unnamed=Chosen(
        False, "What is new is not for old clients: a route has to name the kind.", "OWASP API Security API9:2023"
    ),
)

PROFILES: Mapping[Kind, Sheet] = {
    Kind.WEB: WEB,
    Kind.SPA: SPA,
    Kind.MOBILE: MOBILE,
    Kind.PARTNER: PARTNER,
    Kind.THIRD_PARTY: THIRD_PARTY,
    Kind.SERVICE: SERVICE,
    Kind.DEVICE: DEVICE,
    Kind.LEGACY: LEGACY,
}
