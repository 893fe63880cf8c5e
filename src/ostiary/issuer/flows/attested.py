"""How an instance of an app is vouched for, each way an ordered list of checks. What a line raises ends it there."""

from ostiary.issuer import android_statement as android
from ostiary.issuer import apple_statement as apple
from ostiary.issuer import client_authentication as client_auth
from ostiary.issuer import vouching
from ostiary.issuer.attested_keys import AddAttestedKey, AttestedKey, RaiseCounter, TouchAttestedKey
from ostiary.issuer.decision import Decided
from ostiary.issuer.registry import Registry
from ostiary.issuer.statement import AndroidChain, AndroidSignature, AppleStatement, Statement
from ostiary.issuer.statement_challenge import Challenge
from ostiary.issuer.vouching import App, Vouched
from ostiary.keys.app_attest import assertion_of, attestation_of
from ostiary.keys.device_chain import below_root, read_chain, require_signature, serials_of
from ostiary.keys.key_description import certified_key, description_of
from ostiary.model.ids import GatewayName


def asking(
    registry: Registry, request: Statement, disabled_at: int | None, peer: str, gateway: GatewayName | None
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
    key = vouching.apple_key(app, request, attestation, grade, now)
    return vouching.vouch(registry, app, key, request.instance, AddAttestedKey(key), challenge, now)


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
    risen = RaiseCounter(known.id, assertion.data.counter, int(now))
    return vouching.vouch(registry, app, known, request.instance, risen, challenge, now)


def android_attestation(
    registry: Registry, app: App, request: AndroidChain, challenge: Challenge, now: float
) -> Decided[Vouched]:
    """Android, "Verify hardware-backed key pairs with key attestation"."""
    rule, roots = vouching.require_android(app), registry.android_roots[app.client.id]
    chain = below_root(read_chain(request.certificates), roots)
    android.require_certified(chain, roots, now)
    android.require_not_extended(chain)
    android.require_not_revoked(serials_of(chain), rule)
    description, certified = description_of(chain), certified_key(chain)
    android.require_asked(description, request.instance)
    android.require_own_key(certified, request.instance)
    android.require_app(description, rule)
    android.require_made_to_sign(description)
    kept = android.require_kept(description, rule)
    grade = android.require_whole(description.boot, kept, rule)
    android.require_patched(description, rule)
    key = vouching.android_key(app, request, certified.point, chain, grade, now)
    return vouching.vouch(registry, app, key, request.instance, AddAttestedKey(key), challenge, now)


def android_signature(
    registry: Registry,
    app: App,
    request: AndroidSignature,
    key: AttestedKey | None,
    challenge: Challenge,
    now: float,
) -> Decided[Vouched]:
    """The key that was attested signs what Apple's devices would: the challenge and its own name."""
    rule = vouching.require_android(app)
    known = android.require_attested(key, app.client.id, request.instance, rule)
    require_signature(request.signature, request.instance.client_data, known.point)
    used = TouchAttestedKey(known.id, int(now))
    return vouching.vouch(registry, app, known, request.instance, used, challenge, now)
