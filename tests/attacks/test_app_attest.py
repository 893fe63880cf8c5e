"""Who is not an instance of the app on a device of Apple's is not vouched for: each case beside the one that is.

Apple is a throw-away authority, in the place of its roots.
"""

import secrets
from base64 import b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import httpx
import orjson
import pytest
from cryptography.hazmat.primitives.hashes import SHA224

from apple_device import AUTHORITY, DEVELOPMENT, Apple, AppleDevice
from attested_world import Asking, adopt, apple_app
from device_authority import Holder, constraints, new_key, own, root, usage
from issuer_world import IssuerWorld
from ostiary.contract.mistakes import Code, ContractBroken
from ostiary.issuer.records import DisableClient
from ostiary.keys.attestation import ATTESTATION
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.keys.jwt import sign
from ostiary.model import endpoints
from ostiary.model.events.issuer import InstanceVouchedFor
from ostiary.model.ids import ClientId
from ostiary.model.plan import Plan
from ostiary.model.reasons import Reason
from secrets_seen import secret
from token_world import ORIGIN, PEER, read, refused
from written_cbor import head, written

IN = None
"""No reason to refuse."""


class Phone(Asking):
    """An instance with its device."""

    def __init__(self, issuer: IssuerWorld, apple: Apple, **how: Any) -> None:
        super().__init__(issuer)
        self.device = AppleDevice(apple, **how)

    def first(self, statement: bytes | None = None, challenge: str | None = None, **members: Any) -> httpx.Response:
        asked = challenge or self.challenge()
        said = {
            "format": "apple-appattest",
            "challenge": asked,
            "key_id": self.device.key_id,
            "statement": statement or self.device.attestation(self.data(asked)),
        }
        return self.send({**said, **members})

    def again(self, challenge: str | None = None, statement: bytes | None = None, **members: Any) -> httpx.Response:
        asked = challenge or self.challenge()
        said = {
            "format": "apple-appattest-assertion",
            "challenge": asked,
            "key_id": self.device.key_id,
            "statement": statement or self.device.assertion(self.data(asked)),
        }
        return self.send({**said, **members})

    def saying(self, make: Callable[[bytes], bytes]) -> Reason | None:
        """Of a statement that is made from what was asked."""
        challenge = self.challenge()
        return self.reason(self.first(make(self.data(challenge)), challenge))

    def reason(self, answer: httpx.Response) -> Reason | None:
        return IN if answer.status_code == 200 else refused(self.issuer, answer)[2]


@pytest.fixture
def apple(issuer: IssuerWorld) -> Apple:
    made = Apple(issuer.now)
    adopt(issuer, {"apple.pem": made.root.pem}, {"apple": apple_app()})
    return made


@pytest.fixture
def phone(issuer: IssuerWorld, apple: Apple) -> Iterator[Phone]:
    yield Phone(issuer, apple)


def test_an_instance_is_vouched_for_and_comes_in(phone: Phone) -> None:
    answer = phone.first()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert read(answer)["expires_in"] == 3600
    fields = {"oauth_client_attestation": read(answer)["client_attestation"], "dpop": phone.issuer.proof(phone.key)}
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    asked = phone.issuer.post(endpoints.TOKEN, form, "phone", **fields)
    assert refused(phone.issuer, asked)[2] is Reason.REFRESH_TOKEN_UNKNOWN
    [event] = phone.issuer.events_of(InstanceVouchedFor)
    assert (event.client, event.platform, event.grade) == ("phone", "apple", "production")
    assert event.instance == phone.key.public.id


def test_what_the_issuer_says_is_for_one_key_for_an_hour_and_for_one_client(phone: Phone) -> None:
    vouched = read(phone.first())["client_attestation"]
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}

    def reason(client: str, key: SigningPrivateKey) -> Reason:
        fields = {"oauth_client_attestation": vouched, "dpop": phone.issuer.proof(key)}
        return refused(phone.issuer, phone.issuer.post(endpoints.TOKEN, form, client, **fields))[2]

    assert reason("phone", SigningPrivateKey.generate()) is Reason.ATTESTATION_KEY
    assert reason("other-app", phone.key) is Reason.ATTESTATION_OF_ANOTHER_CLIENT
    phone.issuer.later(3599)
    assert reason("phone", phone.key) is Reason.REFRESH_TOKEN_UNKNOWN
    phone.issuer.later(1)
    assert reason("phone", phone.key) is Reason.ATTESTATION_OLD


def test_nobody_else_s_word_stands_for_the_issuer_s(phone: Phone) -> None:
    """That of another issuer; and what this one has signed for something else."""
    right = str(read(phone.first())["client_attestation"])
    now = phone.issuer.now
    claims = {"iss": ORIGIN, "sub": "phone", "iat": int(now), "exp": int(now) + 60}
    claims |= {"cnf": {"jwk": dict(phone.key.public.members)}}
    own = phone.issuer.desk.keys.at(now).signing
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    for said, reason in (
        (secret(sign(claims, SigningPrivateKey.generate(), ATTESTATION)), Reason.ATTESTATION_INVALID),
        (secret(sign(claims, own, "at+jwt")), Reason.ATTESTATION_INVALID),
        (secret(sign(claims, own, ATTESTATION)), Reason.REFRESH_TOKEN_UNKNOWN),
        (right, Reason.REFRESH_TOKEN_UNKNOWN),
    ):
        fields = {"oauth_client_attestation": said, "dpop": phone.issuer.proof(phone.key)}
        assert refused(phone.issuer, phone.issuer.post(endpoints.TOKEN, form, "phone", **fields))[2] is reason


def test_where_it_is_asked_stands_in_the_metadata(phone: Phone, issuer: IssuerWorld) -> None:
    said = read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert said["attestation_endpoint"] == ORIGIN + endpoints.ATTEST
    assert "attest_jwt_client_auth" in said["token_endpoint_auth_methods_supported"]
    issuer.adopt()
    said = read(issuer.ask("GET", endpoints.AUTHORIZATION_SERVER))
    assert "attestation_endpoint" not in said
    assert "statement_challenge" not in read(issuer.ask("POST", endpoints.CHALLENGE))


# the challenge


def test_a_challenge_is_good_for_one_statement_that_holds(phone: Phone, apple: Apple) -> None:
    challenge = phone.challenge()
    other = Phone(phone.issuer, apple)
    wrong = phone.device.attestation(b"something else")
    assert phone.reason(phone.first(wrong, challenge)) is Reason.STATEMENT_NOT_ASKED
    assert phone.reason(phone.first(challenge=challenge)) is IN
    assert phone.reason(other.first(challenge=challenge)) is Reason.STATEMENT_CHALLENGE
    assert phone.reason(other.first()) is IN


def test_of_two_with_one_challenge_at_the_same_moment_one_comes_in(phone: Phone, apple: Apple) -> None:
    challenge, other = phone.challenge(), Phone(phone.issuer, apple)

    async def ask(each: Phone) -> httpx.Response:
        members = {
            "client_id": "phone",
            "format": "apple-appattest",
            "challenge": challenge,
            "key": dict(each.key.public.members),
            "key_id": url64(each.device.key_id),
            "statement": url64(each.device.attestation(each.data(challenge))),
        }
        peer = ("x-ostiary-peer-test", "1")
        return await each.issuer.asked("POST", endpoints.ATTEST, encoded(members), [JSON, peer])

    answers = phone.issuer.together(ask(phone), ask(other))
    assert sorted(answer.status_code for answer in answers) == [200, 400]


@pytest.mark.parametrize(("seconds", "reason"), [(299, IN), (300, Reason.STATEMENT_CHALLENGE)])
def test_a_challenge_ends(phone: Phone, seconds: int, reason: Reason | None) -> None:
    challenge = phone.challenge()
    phone.issuer.later(seconds)
    assert phone.reason(phone.first(challenge=challenge)) is reason


def test_a_challenge_is_the_issuer_s_own(phone: Phone) -> None:
    given = phone.challenge()
    for challenge in (given[:-2] + ("AA" if given[-2:] != "AA" else "BB"), "A" * 48, "A", given + "="):
        assert phone.reason(phone.first(challenge=challenge)) is Reason.STATEMENT_CHALLENGE
    nonce = read(phone.issuer.ask("POST", endpoints.CHALLENGE))["attestation_challenge"]
    assert phone.reason(phone.first(challenge=nonce)) is Reason.STATEMENT_CHALLENGE
    assert phone.reason(phone.first(challenge=given)) is IN


def test_a_statement_is_about_this_challenge_and_this_key(phone: Phone, apple: Apple) -> None:
    """A thief who sees a statement on its way cannot have it say something of another key."""
    challenge, thief = phone.challenge(), Phone(phone.issuer, apple)
    statement = phone.device.attestation(phone.data(challenge))
    stolen = {"key": dict(thief.key.public.members)}
    assert phone.reason(phone.first(statement, challenge, **stolen)) is Reason.STATEMENT_NOT_ASKED
    assert phone.reason(phone.first(statement, phone.challenge())) is Reason.STATEMENT_NOT_ASKED
    assert phone.reason(phone.first(statement, challenge)) is IN


# which app


@pytest.mark.parametrize(
    "app", ["ABCDE12345.com.example.other", "XYZDE12345.com.example.phone", "ABCDE12345.com.example.phone.x"]
)
def test_another_app_and_another_team_are_refused(issuer: IssuerWorld, apple: Apple, app: str) -> None:
    other = Phone(issuer, apple, app=app)
    assert other.reason(other.first()) is Reason.STATEMENT_OF_ANOTHER_APP
    ours = Phone(issuer, apple)
    assert ours.reason(ours.first()) is IN


def signed_for_development(phone: Phone) -> list[Reason | None]:
    """By its environment, and by how it says that it is signed."""
    environment = phone.device.data(environment=DEVELOPMENT)
    category = phone.device.data(extensions={"apple_validation_category_01": bytes([3, 0, 0, 0])}, flags=0xC0)
    store = phone.device.data(extensions={"apple_validation_category_01": bytes([4, 0, 0, 0])})
    found = []
    for data in (environment, category, store):
        phone.device.key = phone.device.key
        found.append(phone.saying(lambda asked, data=data: phone.device.attestation(asked, data)))  # type: ignore[misc]
        if found[-1] is IN:
            break
    return found


def test_a_build_that_is_signed_for_development_is_refused(issuer: IssuerWorld, apple: Apple, phone: Phone) -> None:
    assert signed_for_development(phone) == [Reason.STATEMENT_DEVELOPMENT, Reason.STATEMENT_DEVELOPMENT, IN]
    allowed = {"value": True, "because": "the phones of developers"}
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app(insecure_development_builds=allowed)})
    own_build = Phone(issuer, apple)
    assert signed_for_development(own_build) == [IN]
    assert own_build.reason(own_build.again()) is IN
    assert later(own_build, 3) is IN
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()})
    assert own_build.reason(own_build.again()) is Reason.STATEMENT_DEVELOPMENT
    assert phone.reason(phone.again()) is IN


def test_an_environment_that_nobody_knows_is_refused(phone: Phone) -> None:
    unknown = phone.device.data(environment=b"appattest" + bytes(6) + b"\x01")
    assert phone.saying(lambda asked: phone.device.attestation(asked, unknown)) is Reason.STATEMENT_DEVELOPMENT
    assert phone.reason(phone.first()) is IN


# which key


def test_certificate_statement_and_request_name_one_key(phone: Phone, apple: Apple) -> None:
    other = AppleDevice(apple)
    wrong = (
        phone.device.data(point=other.point),
        phone.device.data(id=other.key_id),
        other.data(),
    )
    for data in wrong:
        assert phone.saying(lambda asked, data=data: phone.device.attestation(asked, data)) is Reason.STATEMENT_KEY  # type: ignore[misc]
    assert phone.reason(phone.first(key_id=other.key_id)) is Reason.STATEMENT_KEY

    def certified_for_another(asked: bytes) -> bytes:
        said = phone.device.data()
        device = phone.device.certificate(sha256(said + sha256(asked).digest()).digest(), key=other.key)
        return phone.device.attestation(asked, said, [device.der, apple.authority.der])

    assert phone.saying(certified_for_another) is Reason.STATEMENT_KEY
    assert phone.reason(phone.first()) is IN


def test_a_key_is_attested_once(phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    assert phone.reason(phone.first()) is Reason.DEVICE_KEY_KNOWN


def test_a_key_that_has_signed_is_not_attested(phone: Phone) -> None:
    used = phone.device.data(counter=1)
    assert phone.saying(lambda asked: phone.device.attestation(asked, used)) is Reason.STATEMENT_COUNTER
    assert phone.reason(phone.first()) is IN


# who certifies it


def chain_of(phone: Phone, by: Holder, *between: Holder, **how: Any) -> Callable[[bytes], bytes]:
    """A statement whose certificate is issued by `by`, with these above it."""

    def make(asked: bytes) -> bytes:
        data = phone.device.data()
        leaf = phone.device.certificate(sha256(data + sha256(asked).digest()).digest(), by=by, **how)
        return phone.device.attestation(asked, data, [each.der for each in (leaf, *between)])

    return make


def test_only_a_root_of_the_contract_vouches_for_a_device(phone: Phone, apple: Apple) -> None:
    """Another authority of the same name; and one that the device brings itself."""
    stranger = Apple(phone.issuer.now)
    forged = chain_of(phone, stranger.authority, stranger.authority)
    assert phone.saying(forged) is Reason.STATEMENT_ROOT_UNKNOWN
    brought = chain_of(phone, stranger.authority, stranger.authority, stranger.root)
    assert phone.saying(brought) is Reason.STATEMENT_ROOT_UNKNOWN
    assert phone.saying(chain_of(phone, apple.authority, apple.authority)) is IN


def test_a_root_of_the_contract_is_an_authority(issuer: IssuerWorld, apple: Apple) -> None:
    device = apple.authority.issue(new_key(), "a device", constraints(ca=False), usage(False), now=apple.now)
    with pytest.raises(ContractBroken) as caught:
        adopt(issuer, {"apple.pem": device.pem}, {"apple": apple_app()})
    assert {mistake.code for mistake in caught.value.mistakes} == {Code.CERTIFICATE_INVALID}
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()})


def test_the_published_root_is_taken_where_the_contract_names_none(issuer: IssuerWorld, apple: Apple) -> None:
    adopt(issuer, {}, {"apple": apple_app(insecure_roots=None) | {"bundle": "com.example.phone"}})
    phone = Phone(issuer, apple)
    assert phone.reason(phone.first()) is Reason.STATEMENT_ROOT_UNKNOWN


def test_a_link_that_is_missing_or_another_s_is_noticed(phone: Phone, apple: Apple) -> None:
    other = Apple(phone.issuer.now).authority
    assert phone.saying(chain_of(phone, apple.authority)) is Reason.STATEMENT_ROOT_UNKNOWN
    assert phone.saying(chain_of(phone, other, apple.authority)) is Reason.STATEMENT_CHAIN
    assert phone.saying(chain_of(phone, apple.authority, apple.authority)) is IN


@pytest.mark.parametrize("extensions", [(constraints(ca=False), usage(True)), (constraints(), usage(False)), ()])
def test_only_an_authority_issues_certificates(phone: Phone, apple: Apple, extensions: Any) -> None:
    """The certificate of another device of the root's is not one; one without any of this is none either."""
    now = phone.issuer.now
    for how, reason in ((extensions, Reason.STATEMENT_CHAIN), (AUTHORITY, IN)):
        between = apple.root.issue(new_key(), "between", *how, now=now)
        assert phone.saying(chain_of(phone, between, between)) is reason


def test_an_authority_issues_as_far_down_as_it_may(phone: Phone, apple: Apple) -> None:
    """That of Apple has devices below it, and no authority."""
    now = phone.issuer.now
    for above, reason in ((apple.authority, Reason.STATEMENT_CHAIN), (apple.root, IN)):
        below = above.issue(new_key(), "below", *AUTHORITY, now=now)
        between = (below,) if above is apple.root else (below, above)
        assert phone.saying(chain_of(phone, below, *between)) is reason


@pytest.mark.parametrize("days", [(-3, -1), (1, 3)])
def test_certificates_are_in_force(phone: Phone, apple: Apple, days: tuple[float, float]) -> None:
    """The device's own, and the one above it."""
    assert phone.saying(chain_of(phone, apple.authority, apple.authority, days=days)) is Reason.STATEMENT_EXPIRED
    old = apple.root.issue(new_key(), "old", *AUTHORITY, now=phone.issuer.now, days=days)
    assert phone.saying(chain_of(phone, old, old)) is Reason.STATEMENT_EXPIRED
    assert phone.saying(chain_of(phone, apple.authority, apple.authority, days=(-1, 1))) is IN


def test_a_root_that_is_past_vouches_for_nothing(issuer: IssuerWorld, apple: Apple, phone: Phone) -> None:
    phone.issuer.later(101 * 86400)
    phone.device.apple.now = phone.issuer.now
    young = root(phone.issuer.now, "A vendor's root")
    for holder, reason in ((apple.root, Reason.STATEMENT_EXPIRED), (young, IN)):
        adopt(issuer, {"apple.pem": holder.pem}, {"apple": apple_app()})
        between = holder.issue(new_key(), "between", *AUTHORITY, now=issuer.now)
        assert phone.saying(chain_of(phone, between, between)) is reason


def test_a_weak_hash_certifies_nothing(phone: Phone, apple: Apple) -> None:
    weak = chain_of(phone, apple.authority, apple.authority, hash=SHA224())
    assert phone.saying(weak) is Reason.STATEMENT_CHAIN
    assert phone.saying(chain_of(phone, apple.authority, apple.authority)) is IN


def test_a_critical_extension_that_is_not_understood_is_refused(phone: Phone, apple: Apple) -> None:
    for critical, reason in ((True, Reason.STATEMENT_CHAIN), (False, IN)):
        extension = (own("1.2.3.4", b"\x05\x00")[0], critical)

        def make(asked: bytes, extension: Any = extension) -> bytes:
            data = phone.device.data()
            leaf = phone.device.certificate(sha256(data + sha256(asked).digest()).digest(), extension)
            return phone.device.attestation(asked, data, [leaf.der, apple.authority.der])

        assert phone.saying(make) is reason


# the form


def cbor_cases() -> dict[str, Callable[[bytes], bytes]]:
    """What can be done to a statement that holds, without changing what it says."""

    def text(name: str, size: int) -> bytes:
        return head(3, len(name), size) + name.encode()

    return {
        "more behind it": lambda right: right + b"\x00",
        "cut off": lambda right: right[:-1],
        "a length in a longer form": lambda right: head(5, 3, 1) + right[1:],
        "a name in a longer form": lambda right: right[:1] + text("fmt", 2) + right[5:],
        "without a stated length": lambda right: b"\xbf" + right[1:] + b"\xff",
        "a member twice": lambda right: head(5, 4) + right[1:] + written("fmt") + written("apple-appattest"),
        "a tag before it": lambda right: b"\xd9\xd9\xf7" + right,
        "more members than bytes": lambda right: head(5, 1 << 32) + right[1:],
        "nested": lambda right: head(5, 4) + right[1:] + written("x") + b"\x81" * 2000 + b"\x00",
        "a float beside it": lambda right: head(5, 4) + right[1:] + written("x") + b"\xf9\x3c\x00",
        "another format": lambda right: right.replace(b"apple-appattest", b"apple-appAttest", 1),
        "no object": lambda right: written(right),
        "empty": lambda right: b"\xa0",
        "text that is none": lambda right: head(5, 4) + right[1:] + b"\x61\xff" + b"\x00",
    }


@pytest.mark.parametrize("case", cbor_cases())
def test_cbor_is_taken_in_one_form_only(phone: Phone, case: str) -> None:
    change = cbor_cases()[case]
    assert phone.saying(lambda asked: change(phone.device.attestation(asked))) is Reason.STATEMENT_MALFORMED
    assert phone.saying(phone.device.attestation) is IN


def test_a_member_that_nobody_knows_does_no_harm(phone: Phone) -> None:
    """The twin of those above with something added."""
    assert phone.saying(lambda asked: head(5, 4) + phone.device.attestation(asked)[1:] + b"\x61x\x00") is IN


def data_cases() -> dict[str, Callable[[bytes], bytes]]:
    return {
        "cut off in the key": lambda right: right[:-1],
        "cut off before the key": lambda right: right[:60],
        "cut off before the counter": lambda right: right[:33],
        "no credential": lambda right: right[:32] + b"\x00" + right[33:],
        "more that is no map": lambda right: right + b"\x00",
        "more behind the map": lambda right: right + b"\xa0\x00",
        "a longer name": lambda right: right[:53] + b"\x00\x21" + right[55:],
        "a coordinate of 31 bytes": lambda right: right[:-34] + b"\x58\x1f" + right[-31:],
        "a coordinate that is a text": lambda right: right[:-34] + b"\x78\x20" + b"x" * 32,
        "a key of another curve": lambda right: right.replace(written({-1: 1})[1:], written({-1: 2})[1:], 1),
        "a key in another order": lambda right: right[:87] + cose_changed(right[87:]),
    }


def cose_changed(cose: bytes) -> bytes:
    """The key without its algorithm."""
    return head(5, 4) + cose[1:].replace(written({3: -7})[1:], b"", 1)


@pytest.mark.parametrize("case", data_cases())
def test_authenticator_data_are_taken_in_one_form_only(phone: Phone, case: str) -> None:
    wrong = data_cases()[case](phone.device.data())
    assert phone.saying(lambda asked: phone.device.attestation(asked, wrong)) is Reason.STATEMENT_MALFORMED
    empty = phone.device.data() + b"\xa0"
    assert phone.saying(lambda asked: phone.device.attestation(asked, empty)) is IN


def test_the_nonce_stands_alone_in_its_extension(phone: Phone, apple: Apple) -> None:
    def with_extension(make: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def statement(asked: bytes) -> bytes:
            data = phone.device.data()
            nonce = sha256(data + sha256(asked).digest()).digest()
            extensions = (constraints(ca=False), usage(False), own("1.2.840.113635.100.8.2", make(nonce)))
            leaf = apple.authority.issue(phone.device.key, "a device", *extensions, now=apple.now)
            return phone.device.attestation(asked, data, [leaf.der, apple.authority.der])

        return statement

    right = bytes.fromhex("3024a1220420")
    for wrong in (
        lambda nonce: nonce,
        lambda nonce: right + nonce + b"\x00",
        lambda nonce: bytes.fromhex("308124a1220420") + nonce,
        lambda nonce: bytes.fromhex("3024a2220420") + nonce,
        lambda nonce: right + bytes(32),
    ):
        assert phone.saying(with_extension(wrong)) is Reason.STATEMENT_NOT_ASKED
    assert phone.saying(with_extension(lambda nonce: right + nonce)) is IN


def test_a_certificate_without_a_nonce_is_refused(phone: Phone, apple: Apple) -> None:
    leaf = apple.authority.issue(phone.device.key, "a device", constraints(ca=False), usage(False), now=apple.now)
    chain = [leaf.der, apple.authority.der]
    assert phone.saying(lambda asked: phone.device.attestation(asked, chain=chain)) is Reason.STATEMENT_NOT_ASKED
    assert phone.reason(phone.first()) is IN


def test_a_chain_has_a_bounded_number_of_certificates_of_bounded_size(phone: Phone, apple: Apple) -> None:
    large = own("1.2.3.4", secrets.token_bytes(9000))
    for chain in ([], [b"x"], [apple.authority.der] * 7, [b"\x30\x82\xff\xff"]):
        assert phone.saying(lambda asked, chain=chain: phone.device.attestation(asked, chain=chain)) is (  # type: ignore[misc]
            Reason.STATEMENT_MALFORMED
        )

    def make(asked: bytes, *more: Any) -> bytes:
        data = phone.device.data()
        leaf = phone.device.certificate(sha256(data + sha256(asked).digest()).digest(), *more)
        return phone.device.attestation(asked, data, [leaf.der, apple.authority.der])

    assert phone.saying(lambda asked: make(asked, large)) is Reason.STATEMENT_MALFORMED
    assert phone.saying(make) is IN


def test_a_chain_is_of_certificates_alone(phone: Phone) -> None:
    def with_more(*more: Any) -> Callable[[bytes], bytes]:
        def statement(asked: bytes) -> bytes:
            said = phone.device.data()
            leaf = phone.device.certificate(sha256(said + sha256(asked).digest()).digest())
            return phone.device.attestation(asked, said, [leaf.der, phone.device.apple.authority.der, *more])

        return statement

    assert phone.saying(with_more(7)) is Reason.STATEMENT_MALFORMED
    assert phone.saying(with_more("a text")) is Reason.STATEMENT_MALFORMED
    assert phone.saying(with_more()) is IN


@pytest.mark.parametrize(
    "members",
    [
        {"format": "apple"},
        {"format": None},
        {"challenge": None},
        {"challenge": "A" * 65},
        {"key": None},
        {"key": {"kty": "EC"}},
        {"key": {"kty": "oct", "k": "AAAA"}},
        {"key_id": None},
        {"key_id": "AAAA="},
        {"statement": 1},
        {"client_id": None},
    ],
)
def test_each_member_is_needed(phone: Phone, members: dict[str, Any]) -> None:
    asked = phone.challenge()
    said = {"challenge": asked, "key_id": phone.device.key_id, "statement": phone.device.attestation(phone.data(asked))}
    answer = phone.send({"format": "apple-appattest", **said, **members})
    assert (answer.status_code, read(answer)["error"]) == (400, "invalid_request")
    assert phone.reason(phone.first()) is IN


def test_a_private_key_is_nobody_s(phone: Phone) -> None:
    private = {**phone.key.public.members, "d": url64(phone.key.scalar())}
    assert phone.first(key=private).status_code == 400


def test_the_body_is_json_without_repeated_members(phone: Phone) -> None:
    for body, headers in (
        (b'{"format":"apple-appattest","format":"apple-appattest"}', [JSON]),
        (b"format=apple-appattest", [JSON]),
        (b"[]", [JSON]),
        (b"{}", [("content-type", "application/x-www-form-urlencoded")]),
    ):
        assert phone.issuer.ask("POST", endpoints.ATTEST, body, headers).status_code == 400
    assert phone.issuer.ask("GET", endpoints.ATTEST).status_code == 405


# statements that come later


def test_an_attested_key_speaks_for_its_instance_again(phone: Phone) -> None:
    assert phone.reason(phone.again()) is Reason.DEVICE_KEY_UNKNOWN
    assert phone.reason(phone.first()) is IN
    phone.issuer.later(100_000)
    answer = phone.again()
    assert (answer.status_code, read(answer)["expires_in"]) == (200, 3600)


def test_a_statement_is_good_once_and_so_is_its_counter(phone: Phone) -> None:
    """One that was used; one with a new challenge and an old counter; one that was made before another was used."""
    assert phone.reason(phone.first()) is IN
    challenge = phone.challenge()
    statement = phone.device.assertion(phone.data(challenge))
    assert phone.reason(phone.again(challenge, statement)) is IN
    assert phone.reason(phone.again(challenge, statement)) is Reason.STATEMENT_COUNTER
    old = Reason.STATEMENT_COUNTER
    for counter, reason in ((0, old), (1, old), (3, IN), (2, old), (4, IN)):
        challenge = phone.challenge()
        later = phone.device.assertion(phone.data(challenge), counter=counter)
        assert phone.reason(phone.again(challenge, later)) is reason
    higher = phone.device.assertion(phone.data(challenge), counter=9)
    assert phone.reason(phone.again(challenge, higher)) is Reason.STATEMENT_CHALLENGE


def test_another_key_and_another_app_do_not_speak_for_it(phone: Phone, apple: Apple) -> None:
    assert phone.reason(phone.first()) is IN
    other = AppleDevice(apple, app="ABCDE12345.com.example.other")
    other.key = phone.device.key
    for make, reason in (
        (lambda asked: phone.device.assertion(asked, new_key()), Reason.STATEMENT_SIGNATURE),
        (lambda asked: phone.device.assertion(b"something else"), Reason.STATEMENT_SIGNATURE),
        (lambda asked: other.assertion(asked, counter=8), Reason.STATEMENT_OF_ANOTHER_APP),
        (lambda asked: phone.device.assertion(asked), IN),
    ):
        challenge = phone.challenge()
        assert phone.reason(phone.again(challenge, make(phone.data(challenge)))) is reason


def test_it_speaks_for_one_instance_and_one_client(phone: Phone) -> None:
    """Another key of the same app in the same device is another instance: it is attested for itself."""
    assert phone.reason(phone.first()) is IN
    key = phone.key
    phone.key = SigningPrivateKey.generate()
    assert phone.reason(phone.again()) is Reason.DEVICE_KEY_UNKNOWN
    phone.key, phone.client = key, "other-app"
    assert phone.reason(phone.again()) is Reason.DEVICE_KEY_UNKNOWN
    phone.client = "phone"
    assert phone.reason(phone.again()) is IN


def test_a_later_build_that_is_signed_for_development_is_refused(phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    assert later(phone, 3) is Reason.STATEMENT_DEVELOPMENT
    assert later(phone, 4) is IN


def later(phone: Phone, category: int) -> Reason | None:
    """A statement of the attested key that says how its build is signed."""
    challenge = phone.challenge()
    said = {"apple_validation_category_01": bytes([category, 0, 0, 0])}
    statement = phone.device.assertion(phone.data(challenge), extensions=said)
    return phone.reason(phone.again(challenge, statement))


def test_an_assertion_has_one_form(phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    for change in (
        lambda right: right + b"\x00",
        lambda right: right[:-1],
        lambda right: head(5, 2, 1) + right[1:],
        lambda right: b"\xa0",
        lambda right: right.replace(b"signature", b"Signature", 1),
    ):
        challenge = phone.challenge()
        statement = change(phone.device.assertion(phone.data(challenge)))
        assert phone.reason(phone.again(challenge, statement)) is Reason.STATEMENT_MALFORMED
    assert phone.reason(phone.again()) is IN


# who asks


def test_clients_that_the_issuer_does_not_vouch_for_are_refused(phone: Phone) -> None:
    for client, reason in (
        ("nobody", Reason.CLIENT_UNKNOWN),
        ("tab", Reason.CLIENT_AUTH_METHOD),
        ("robot", Reason.CLIENT_AUTH_METHOD),
    ):
        assert phone.reason(phone.first(client_id=client)) is reason
    assert phone.reason(phone.first()) is IN


def test_a_client_that_was_revoked_is_not_vouched_for(phone: Phone) -> None:
    disabled = [DisableClient(ClientId(name), int(phone.issuer.now)) for name in ("other-app", "phone")]
    phone.issuer.commit(Plan(writes=(disabled[0],)))
    assert phone.reason(phone.first()) is IN
    phone.issuer.commit(Plan(writes=(disabled[1],)))
    assert phone.reason(phone.again()) is Reason.CLIENT_DISABLED


@pytest.mark.parametrize(("network", "reason"), [(f"{PEER}/32", IN), ("203.0.113.0/24", Reason.ADDRESS_NOT_ALLOWED)])
def test_an_app_asks_from_the_addresses_of_its_client_only(
    issuer: IssuerWorld, apple: Apple, network: str, reason: Reason | None
) -> None:
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()}, allow_ips=[network])
    phone = Phone(issuer, apple)
    assert phone.reason(phone.first()) is reason


@pytest.mark.parametrize(("kind", "reason"), [("mobile", IN), ("partner", Reason.GATEWAY_KIND)])
def test_a_listener_vouches_for_the_clients_of_its_kinds_only(
    issuer: IssuerWorld, apple: Apple, kind: str, reason: Reason | None
) -> None:
    own = {"listen": "127.0.0.1:9444", "origin": "https://own.example", "kinds": [kind]}
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()}, gateways={"own": own})
    phone = Phone(issuer, apple)
    challenge = phone.challenge()
    statement = phone.device.attestation(phone.data(challenge))
    said = {"format": "apple-appattest", "challenge": challenge, "key_id": phone.device.key_id, "statement": statement}
    assert phone.reason(phone.send(said, ("x-ostiary-gateway", "own"))) is reason


def test_an_old_build_is_not_vouched_for(issuer: IssuerWorld, apple: Apple) -> None:
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()}, min_version="2.4")
    phone = Phone(issuer, apple)
    challenge = phone.challenge()
    statement = phone.device.attestation(phone.data(challenge))
    said = {
        "format": "apple-appattest",
        "challenge": challenge,
        "key_id": phone.device.key_id,
        "statement": statement,
    }
    for build, status in ((None, 426), ("2.3", 426), ("2.4", 200)):
        fields = [] if build is None else [("x-app-version", build)]
        assert phone.send(said, *fields).status_code == status


def test_who_guesses_has_to_wait_and_others_do_not(phone: Phone, apple: Apple) -> None:
    """From one address; a statement that holds does not count."""
    wrong = phone.device.attestation(b"something else")
    reasons = [phone.reason(phone.first(wrong)) for _ in range(32)]
    assert reasons[:31] == [Reason.STATEMENT_NOT_ASKED] * 31
    assert reasons[31] is Reason.STATEMENTS_DELAYED
    assert phone.reason(phone.first()) is Reason.STATEMENTS_DELAYED
    phone.issuer.later(2)
    assert phone.reason(phone.first()) is IN
    for _ in range(40):
        assert phone.reason(phone.again()) is IN


JSON = ("content-type", "application/json")


def url64(raw: bytes) -> str:
    return b64encode(raw, b"-_").rstrip(b"=").decode()


def encoded(members: Any) -> bytes:
    return orjson.dumps(members)
