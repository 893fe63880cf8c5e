"""What can be wrong with a contract: a closed list of codes, and where each mistake stands."""

from collections.abc import Iterable
from enum import StrEnum

from ostiary.model.frozen import frozen


class Severity(StrEnum):
    ERROR = "error"
    """The contract is refused."""
    WARNING = "warning"
    """The contract is taken; someone should know."""


class Code(StrEnum):
    """Value: what `ostiary check --json` carries. `means`: what the reference prints."""

    means: str
    severity: Severity

    def __new__(cls, value: str, means: str, severity: Severity = Severity.ERROR) -> "Code":
        member = str.__new__(cls, value)
        member._value_ = value
        member.means = means
        member.severity = severity
        return member

    # reading
    UNREADABLE = "unreadable", "The file cannot be read, is not UTF-8, or is larger than a contract may be."
    SYNTAX = "syntax", "The file is not well-formed YAML 1.2."
    YAML_FEATURE = "yaml-feature", "YAML that a contract does not use: tags, several documents, keys that are not text."
    TOO_MUCH = "too-much", "The file nests too deep, its aliases expand to too much, or it has too many mistakes."
    KEY_REPEATED = "key-repeated", "A key stands twice in one mapping; one of its values would be lost."
    # types
    UNKNOWN_KEY = "unknown-key", "No setting has this name."
    MISSING_KEY = "missing-key", "A setting that has no default is missing."
    WRONG_TYPE = "wrong-type", "The value is not of the setting's type."
    NOT_A_CHOICE = "not-a-choice", "The setting does not know this value."
    OUT_OF_RANGE = "out-of-range", "The value is smaller or larger than it may be."
    BAD_NAME = "bad-name", "A name has characters that are not allowed in it."
    BAD_DURATION = "bad-duration", "A duration is not a number with its unit, such as 30s or 12h."
    BAD_DATE = "bad-date", "A day is not written like 2027-03-31, or is not in the calendar."
    BAD_SIZE = "bad-size", "A size is not a number with its unit, such as 64KiB."
    BAD_RATE = "bad-rate", "A rate is not a count for a time, such as 50/s or 100k/day."
    BAD_NETWORK = "bad-network", "A network is not an address or a CIDR block without host bits."
    BAD_ADDRESS = "bad-address", "A listening address is not `host:port`."
    BAD_URL = "bad-url", "A URL is not absolute, or has parts that are not allowed here."
    BAD_PIN = "bad-pin", "A pin is not the SHA-256 of a public key in base64."
    BAD_ORIGIN = "bad-origin", "An origin is not `https://host` or `https://host:port`, written as browsers send it."
    BAD_ROUTE = "bad-route", "`on` is not a method and a path."
    BAD_FACT = "bad-fact", "A fact does not begin with `path.`, `query.`, `body.` or `claims.`, nor names a parameter."
    # references
    UNKNOWN_SERVICE = "unknown-service", "A route leads to a service that the contract does not have."
    UNKNOWN_SCOPE = "unknown-scope", "A scope is named that the contract does not have."
    UNKNOWN_ROLE = "unknown-role", "A role is named that the contract does not have."
    UNKNOWN_DETAIL = "unknown-detail", "A type of authorization details is named that the contract does not have."
    UNKNOWN_ROUTE = "unknown-route", "A listener names a route that the contract does not have."
    UNKNOWN_VERSION = "unknown-version", "A listener names a version that none of its routes has."
    UNKNOWN_ATTESTER = "unknown-attester", "A client names an attester that the contract does not have."
    UNKNOWN_PARAMETER = "unknown-parameter", "A rule names a parameter that the route's path does not have."
    # scopes
    SCOPE_NOBODY_GRANTS = "scope-nobody-grants", "A route needs a scope that no role and no client grants."
    SCOPE_RESERVED = "scope-reserved", "The scope has a meaning of its own in OpenID Connect."
    SCOPE_UNUSED = "scope-unused", "No route needs the scope.", Severity.WARNING
    # authorization details
    DETAIL_WORDS = "detail-words", "The words of a type of authorization details name a member that may be absent."
    DETAIL_MEMBER = "detail-member", "A member of authorization details is described in a way that cannot hold."
    DETAIL_WITHOUT_SCOPE = (
        "detail-without-scope",
        "A client may ask for details, but not for the scope that they go with.",
    )
    # routes
    ROUTE_REPEATED = "route-repeated", "Two routes answer the same requests; the second would never be reached."
    ROUTE_AMBIGUOUS = (
        "route-ambiguous",
        "Some requests fit two routes, neither of which is more exact; they are refused.",
        Severity.WARNING,
    )
    ROUTE_RESERVED = "route-reserved", "The path belongs to the issuer."
    ROUTE_UNREACHABLE = "route-unreachable", "No client of the contract can fulfil what the route asks."
    ROUTE_WITHOUT_CLIENT = (
        "route-without-client",
        "A role grants what the route needs, but no client may ask for it yet.",
        Severity.WARNING,
    )
    ROUTE_WITHOUT_RULE = "route-without-rule", "A route says neither which scope it needs nor that it is public."
    PUBLIC_WITH_RULE = "public-with-rule", "A public route asks for something that only a client with a token has."
    LIMIT_NOT_COUNTABLE = "limit-not-countable", "A limit counts by something that these requests do not have."
    UPGRADE_NOT_GET = "upgrade-not-get", "A WebSocket begins with GET (RFC 6455 section 4.1)."
    # clients
    REDIRECT_NOT_EXACT = "redirect-not-exact", "A redirect URI is not one exact, safe address."
    REDIRECT_ELSEWHERE = "redirect-elsewhere", "A web client with a cookie has pages on another origin."
    REDIRECT_MISSING = "redirect-missing", "The kind signs people in, and no redirect URI is registered."
    SETTINGS_CONTRADICT = "settings-contradict", "Two settings cannot both hold."
    SETTING_NOT_FOR_KIND = "setting-not-for-kind", "Clients of this kind do not have the setting."
    CREDENTIAL_NOT_FOR_KIND = "credential-not-for-kind", "Clients of this kind do not prove themselves in this way."
    CREDENTIAL_MISSING = "credential-missing", "The client has nothing to prove itself with."
    CREDENTIAL_MISMATCH = (
        "credential-mismatch",
        "The `credential` and the secret or key that is given do not belong together.",
    )
    PROFILE_CONTRADICTED = "profile-contradicted", "A setting does not go together with the client's `profile`."
    WEAKER_THAN_PROFILE = "weaker-than-profile", "The setting weakens the kind's profile and is not named `insecure_`."
    INSECURE_WITHOUT_REASON = "insecure-without-reason", "An `insecure_` setting does not say why."
    KEY_SET_INVALID = "key-set-invalid", "It is not a JWK set, or has a key that cannot verify what the client signs."
    CERTIFICATE_INVALID = (
        "certificate-invalid",
        "A certificate, authority, revocation list or name in a certificate cannot be read.",
    )
    KEYID_REPEATED = (
        "keyid-repeated",
        "Two keys for signed requests have the same `keyid`: it would not tell whose it is.",
    )
    OLD_WAY_OVER = "old-way-over", "An old way is past its last day: whoever uses it is refused.", Severity.WARNING
    OLD_WAY_REPEATED = "old-way-repeated", "Two clients have the same old way: it would not tell whose a request is."
    OLD_WAY_UNSENDABLE = "old-way-unsendable", "A secret cannot be sent in its old way, or would be read as a JWT."
    ACTS_FOR_NOBODY = "acts-for-nobody", "A client acts for people, but no service has its name: no token reaches it."
    KIND_NOT_SERVED = (
        "kind-not-served",
        "Something is missing without which no client with this certificate gets in.",
        Severity.WARNING,
    )
    # secrets
    SECRET_IN_CONTRACT = "secret-in-contract", "A secret is written into the file."
    SECRET_WEAK = "secret-weak", "A secret is too short to be stored as a plain hash."
    SECRET_UNREADABLE = (
        "secret-unreadable",
        "A secret is not where the contract says: fine for a check elsewhere, refused by `ostiary up`.",
        Severity.WARNING,
    )
    # services and their documents
    OPENAPI_UNREADABLE = "openapi-unreadable", "The OpenAPI document cannot be read, or is not one."
    OPERATION_WITHOUT_RULE = "operation-without-rule", "An operation of the OpenAPI document has no route."
    RULE_WITHOUT_OPERATION = "rule-without-operation", "The OpenAPI document of the service has no such operation."
    # running it
    STEP_UP_UNREACHABLE = "step-up-unreachable", "No sign-in reaches the `acr` that is asked.", Severity.WARNING
    MASTER_KEY_IN_STATE = "master-key-in-state", "The master key lies beside the keys that it protects."
    MASTER_KEY_MISSING = "master-key-missing", "The origin is not this machine, and there is no master key."
    MASTER_KEY_MALFORMED = "master-key-malformed", "The master key is not 32 bytes in base64url."
    STORE_MALFORMED = "store-malformed", "The reference of `store` leads to no URL of PostgreSQL."
    TLS_MISSING = "tls-missing", "The origin is not this machine, and there is no certificate."


@frozen(order=True)
class Mistake:
    """One thing that is wrong. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    code: Code
    says: str
    """What is wrong; never a value that could be a secret."""
    mend: str
    """What to do about it."""

    @property
    def severity(self) -> Severity:
        return self.code.severity


class ContractBroken(Exception):
    """The contract is refused as a whole; `mistakes` are all of them, in the order of the file."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__(f"{len(self.mistakes)} mistakes")
