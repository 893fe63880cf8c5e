"""How an instance of an app is vouched for, each way an ordered list of checks. What a line raises ends it there."""

from ostiary.issuer import apple_statement as apple
from ostiary.issuer import client_authentication as client_auth
from ostiary.issuer import vouching
from ostiary.issuer.attested_keys import AttestedKey
from ostiary.issuer.decision import Decided
from ostiary.issuer.registry import Registry
from ostiary.issuer.statement import AppleStatement
from ostiary.issuer.statement_challenge import Challenge
from ostiary.issuer.vouching import App, Vouched
from ostiary.keys.app_attest import assertion_of, attestation_of
from ostiary.model.ids import GatewayName


def asking(
    registry: Registry, request: AppleStatement, disabled_at: int | None, peer: str, gateway: GatewayName | None
) -> App:
    """Whose instance asks to be vouched for. It proves nothing of itself but by what follows."""
    app = vouching.require_app(registry, request.instance.client)
    client_auth.require_gateway(gateway, app.client, registry)
    client_auth.require_enabled(disabled_at)
    client_auth.require_address(app.client, peer)
    return app


def apple_attestation(
    registry: Registry, app: App, request: AppleStatement, challenge: Challenge, now: float
) -> Decided[Vouched]:
    """Apple, "Validating apps that connect to your server": "Verify the attestation"."""
    rule = vouching.require_apple(app)
    attestation = attestation_of(request.statement)
    apple.require_certified(attestation, registry.apple_roots[app.client.id], now)
    apple.require_asked(attestation, request.instance)
    apple.require_one_key(attestation, request)
    apple.require_app(attestation.data, rule)
    apple.require_unused(attestation.data)
    grade = apple.require_environment(attestation, rule)
    apple.require_release(attestation.data, rule)
    return vouching.first(registry, app, request, attestation, grade, challenge, now)


def apple_assertion(
    registry: Registry,
    app: App,
    request: AppleStatement,
    key: AttestedKey | None,
    challenge: Challenge,
    now: float,
) -> Decided[Vouched]:
    """As above: "Verify the assertion"."""
    rule = vouching.require_apple(app)
    known = apple.require_attested(key, app.client.id, request.instance, rule)
    assertion = assertion_of(request.statement)
    apple.require_signed(assertion, known, request.instance)
    apple.require_app(assertion.data, rule)
    apple.require_risen(assertion.data, known)
    apple.require_release(assertion.data, rule)
    return vouching.again(registry, app, known, request.instance, assertion.data.counter, challenge, now)
