"""The issuer vouches for an instance of an app itself: a client attestation of its own, short-lived and bound to the
instance's key (draft-ietf-oauth-attestation-based-client-auth-11 section 4)."""

from ostiary.contract.model import AndroidRule, AppleRule, AttestRule, ClientRule
from ostiary.issuer.attested_keys import AddAttestedKey, AttestedKey, Grade, Platform, RaiseCounter, SpendChallenge
from ostiary.issuer.decision import Decided
from ostiary.issuer.registry import Registry
from ostiary.issuer.statement import AndroidChain, AppleStatement, Instance
from ostiary.issuer.statement_challenge import Challenge
from ostiary.keys import base64url
from ostiary.keys.app_attest import AppAttestation
from ostiary.keys.device_chain import Chain, serials_of
from ostiary.model.errors import InvalidAttestation, InvalidClient, OAuthError, TemporarilyUnavailable
from ostiary.model.events.issuer import InstanceVouchedFor
from ostiary.model.frozen import frozen
from ostiary.model.ids import DeviceKeyId
from ostiary.model.plan import Plan, Spend, Write
from ostiary.model.reasons import Reason


@frozen
class App:
    """A client for whose instances the issuer vouches, and by what rule."""

    client: ClientRule
    rule: AttestRule


@frozen
class Vouched:
    """What is signed, and for how many seconds it holds."""

    claims: dict[str, object]
    seconds: int


def require_no_delay(wait: int) -> None:
    """Raise TemporarilyUnavailable where too many statements from an address did not hold. `wait`: seconds."""
    if wait:
        raise TemporarilyUnavailable(Reason.STATEMENTS_DELAYED)


def require_app(registry: Registry, name: str) -> App:
    """The client whose instances the issuer vouches for. Raises InvalidClient."""
    client = registry.client(name)
    if client is None:
        raise InvalidClient(Reason.CLIENT_UNKNOWN)
    if client.attest is None:
        raise InvalidClient(Reason.CLIENT_AUTH_METHOD)
    return App(client, client.attest)


def require_apple(app: App) -> AppleRule:
    """Raise InvalidAttestation where no instance on Apple's devices comes in."""
    if app.rule.apple is None:
        raise InvalidAttestation(Reason.PLATFORM_NOT_ALLOWED)
    return app.rule.apple


def require_android(app: App) -> AndroidRule:
    """Raise InvalidAttestation where no instance on Android devices comes in."""
    if app.rule.android is None:
        raise InvalidAttestation(Reason.PLATFORM_NOT_ALLOWED)
    return app.rule.android


def apple_key(app: App, request: AppleStatement, attestation: AppAttestation, grade: Grade, now: float) -> AttestedKey:
    """As it is remembered."""
    return AttestedKey(
        id=key_name(request.key_id),
        client=app.client.id,
        platform=Platform.APPLE,
        grade=grade,
        instance=request.instance.thumbprint,
        point=attestation.credential.point,
        counter=0,
        serials=(),
        attested_at=int(now),
        used_at=int(now),
    )


def android_key(app: App, request: AndroidChain, point: bytes, chain: Chain, grade: Grade, now: float) -> AttestedKey:
    """As it is remembered. It is the instance's own, and goes by that name."""
    return AttestedKey(
        id=own_key_name(request.instance),
        client=app.client.id,
        platform=Platform.ANDROID,
        grade=grade,
        instance=request.instance.thumbprint,
        point=point,
        counter=0,
        serials=serials_of(chain),
        attested_at=int(now),
        used_at=int(now),
    )


def key_name(id: bytes) -> DeviceKeyId:
    """As it is kept and recorded."""
    return DeviceKeyId(base64url.encode(id))


def own_key_name(instance: Instance) -> DeviceKeyId:
    """Of a device's key that is the instance's own."""
    return DeviceKeyId(instance.thumbprint)


def vouch(
    registry: Registry, app: App, key: AttestedKey, instance: Instance, use: Write, challenge: Challenge, now: float
) -> Decided[Vouched]:
    """`use`: what is remembered of the key, for the statements that come later."""
    claims: dict[str, object] = {
        "iss": registry.issuer,
        "sub": app.client.id,
        "iat": int(now),
        "exp": int(now) + app.rule.lifetime,
        "cnf": {"jwk": dict(instance.jwk)},
    }
    event = InstanceVouchedFor(
        at=now,
        client=app.client.id,
        key=key.id,
        platform=key.platform.value,
        grade=key.grade.value,
        instance=instance.thumbprint,
    )
    spends = SpendChallenge(challenge.text, challenge.expires_at)
    return Decided(Plan((spends, use), (event,)), Vouched(claims, app.rule.lifetime))


def lost(spend: Spend) -> OAuthError:
    """Why the plan was not committed: another request was first."""
    match spend:
        case AddAttestedKey():
            return InvalidAttestation(Reason.DEVICE_KEY_KNOWN)
        case RaiseCounter():
            return InvalidAttestation(Reason.STATEMENT_COUNTER)
        case _:
            return InvalidAttestation(Reason.STATEMENT_CHALLENGE)
