"""Who is not an instance of the app on a whole Android device, with its key in hardware, is not vouched for: each case
beside the one that is.

Google is a throw-away authority, in the place of its roots.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from android_device import (
    ALL_APPLICATIONS,
    APPLICATION,
    BOOT,
    ORIGIN,
    PACKAGE,
    PATCH_LEVEL,
    PURPOSE,
    SIGNER,
    AndroidDevice,
    Google,
    application,
    boot,
)
from apple_device import Apple, AppleDevice
from attested_world import WHY, Asking, adopt, apple_app
from device_authority import AUTHORITY, Holder, issued, named, new_key, own, usage
from issuer_world import IssuerWorld
from ostiary.model import endpoints
from ostiary.model.events.issuer import InstanceVouchedFor
from ostiary.model.reasons import Reason
from token_world import read, refused
from written_der import explicit, integer, octets, sequence, set_of, tlv

IN = None
"""No reason to refuse."""
YES = {"value": True, "because": WHY}
EMPTY = b'{"entries": {}}'


def android_app(**changes: Any) -> dict[str, Any]:
    """What the contract says of the app; roots and status list lie beside it."""
    return {
        "package": PACKAGE,
        "certificates": [SIGNER.hex(":")],
        "status_list": "status.json",
        "insecure_roots": {"value": "google.pem", "because": WHY},
        **changes,
    }


class World:
    """The issuer, and Google."""

    def __init__(self, issuer: IssuerWorld) -> None:
        self.issuer, self.google = issuer, Google(issuer.now)

    def adopt(self, status: bytes = EMPTY, **changes: Any) -> None:
        files = {"google.pem": self.google.root.pem, "status.json": status}
        adopt(self.issuer, files, {"android": android_app(**changes)})

    def phone(self) -> "Phone":
        return Phone(self)


class Phone(Asking):
    """An instance with its device."""

    def __init__(self, world: World) -> None:
        super().__init__(world.issuer)
        self.device = AndroidDevice(world.google, self.key)

    def first(self, chain: list[bytes] | None = None, challenge: str | None = None, **members: Any) -> httpx.Response:
        asked = challenge or self.challenge()
        given = self.device.chain(asked) if chain is None else chain
        return self.send({"format": "android-key", "challenge": asked, "certificates": given, **members})

    def again(self, signature: bytes | None = None, challenge: str | None = None, **members: Any) -> httpx.Response:
        asked = challenge or self.challenge()
        said = self.device.signature(self.data(asked)) if signature is None else signature
        return self.send({"format": "android-key-signature", "challenge": asked, "statement": said, **members})

    def saying(self, **said: Any) -> Reason | None:
        """Of what the hardware says, and the system."""
        challenge = self.challenge()
        return self.reason(self.first(self.device.chain(challenge, **said), challenge))

    def showing(self, make: Callable[[bytes], list[bytes]]) -> Reason | None:
        """Of a chain that is made from the description of the key."""
        challenge = self.challenge()
        return self.reason(self.first(make(self.device.description(challenge.encode())), challenge))

    def reason(self, answer: httpx.Response) -> Reason | None:
        return IN if answer.status_code == 200 else refused(self.issuer, answer)[2]


@pytest.fixture
def world(issuer: IssuerWorld) -> World:
    made = World(issuer)
    made.adopt()
    return made


@pytest.fixture
def phone(world: World) -> Phone:
    return world.phone()


def test_an_instance_is_vouched_for_and_comes_in(phone: Phone) -> None:
    answer = phone.first()
    assert (answer.status_code, read(answer)["expires_in"]) == (200, 3600)
    fields = {"oauth_client_attestation": read(answer)["client_attestation"], "dpop": phone.issuer.proof(phone.key)}
    form = {"grant_type": "refresh_token", "refresh_token": "unknown"}
    asked = phone.issuer.post(endpoints.TOKEN, form, "phone", **fields)
    assert refused(phone.issuer, asked)[2] is Reason.REFRESH_TOKEN_UNKNOWN
    [event] = phone.issuer.events_of(InstanceVouchedFor)
    assert (event.client, event.platform, event.grade) == ("phone", "android", "trusted-environment")
    assert event.instance == event.key == phone.key.public.id


def test_the_chain_may_end_below_its_root(phone: Phone) -> None:
    challenge = phone.challenge()
    assert phone.reason(phone.first(phone.device.chain(challenge)[:-1], challenge)) is IN


# the challenge and the key


def test_a_key_is_made_for_one_challenge_that_is_good_once(world: World, phone: Phone) -> None:
    challenge, other = phone.challenge(), world.phone()
    chain = phone.device.chain(challenge)
    assert phone.reason(phone.first(chain, phone.challenge())) is Reason.STATEMENT_NOT_ASKED
    assert phone.reason(phone.first(chain, challenge)) is IN
    assert phone.reason(phone.first(chain, challenge)) is Reason.STATEMENT_CHALLENGE
    assert other.reason(other.first(challenge=challenge)) is Reason.STATEMENT_CHALLENGE
    assert other.reason(other.first()) is IN


def test_a_key_is_attested_once(phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    assert phone.reason(phone.first()) is Reason.DEVICE_KEY_KNOWN


def test_the_key_is_the_instance_s_own(world: World, phone: Phone) -> None:
    """A thief who sees a chain on its way cannot have it say something of another key."""
    challenge = phone.challenge()
    chain = phone.device.chain(challenge)
    stolen = {"key": dict(world.phone().key.public.members)}
    assert phone.reason(phone.first(chain, challenge, **stolen)) is Reason.STATEMENT_KEY
    assert phone.reason(phone.first(chain, challenge)) is IN


def test_a_key_on_another_curve_is_nobody_s(phone: Phone) -> None:
    other = new_key(ec.SECP384R1())
    for how, reason in (({"key": other}, Reason.STATEMENT_KEY), ({}, IN)):
        assert phone.showing(lambda said, how=how: phone.device.above(phone.device.leaf(said, **how))) is reason  # type: ignore[misc]


# which app


@pytest.mark.parametrize(
    "app",
    [
        application("com.example.other"),
        application("com.example.phone.x"),
        application(PACKAGE, "com.example.other"),
        application(),
        application(PACKAGE, signers=(bytes(32),)),
        application(PACKAGE, signers=(SIGNER, bytes(32))),
        application(PACKAGE, signers=()),
        None,
    ],
)
def test_another_app_and_one_that_somebody_signed_anew_are_refused(phone: Phone, app: bytes | None) -> None:
    assert phone.saying(system={APPLICATION: app}) is Reason.STATEMENT_OF_ANOTHER_APP
    assert phone.saying(system={APPLICATION: application(PACKAGE)}) is IN


def test_the_hardware_does_not_know_the_app_and_the_system_not_the_boot(phone: Phone) -> None:
    """Each list is believed in what it knows: what stands in the other does not count."""
    swapped = {"hardware": {APPLICATION: application(PACKAGE)}, "system": {APPLICATION: None}}
    assert phone.saying(**swapped) is Reason.STATEMENT_OF_ANOTHER_APP
    assert phone.saying(hardware={BOOT: None}, system={BOOT: boot()}) is Reason.STATEMENT_BOOT
    assert phone.saying(hardware={ORIGIN: None}, system={ORIGIN: integer(0)}) is Reason.STATEMENT_KEY_USE
    assert phone.saying() is IN


# how the key is kept, and what it is for


@pytest.mark.parametrize(
    ("levels", "reason"),
    [
        ((0, 0), Reason.STATEMENT_SECURITY_LEVEL),
        ((0, 1), Reason.STATEMENT_SECURITY_LEVEL),
        ((1, 0), Reason.STATEMENT_SECURITY_LEVEL),
        ((3, 1), Reason.STATEMENT_SECURITY_LEVEL),
        ((1, 1), IN),
        ((2, 2), IN),
    ],
)
def test_a_key_in_software_is_refused(phone: Phone, levels: tuple[int, int], reason: Reason | None) -> None:
    assert phone.saying(levels=levels) is reason


@pytest.mark.parametrize(
    ("levels", "reason"), [((1, 1), Reason.STATEMENT_SECURITY_LEVEL), ((2, 1), Reason.STATEMENT_SECURITY_LEVEL)]
)
def test_a_chip_of_its_own_may_be_asked_for(world: World, levels: tuple[int, int], reason: Reason) -> None:
    phone, other = world.phone(), world.phone()
    assert other.saying() is IN
    world.adopt(security_level="strongbox")
    assert phone.saying(levels=levels) is reason
    assert other.reason(other.again()) is Reason.STATEMENT_SECURITY_LEVEL
    assert phone.saying(levels=(2, 2)) is IN
    assert phone.reason(phone.again()) is IN


@pytest.mark.parametrize(
    "hardware",
    [
        {ORIGIN: integer(2)},
        {ORIGIN: integer(1)},
        {ORIGIN: None},
        {PURPOSE: set_of(integer(3))},
        {PURPOSE: set_of(integer(2), integer(7))},
        {PURPOSE: None},
        {ALL_APPLICATIONS: b"\x05\x00"},
    ],
)
def test_a_key_that_was_imported_or_does_more_is_refused(phone: Phone, hardware: Mapping[int, bytes | None]) -> None:
    assert phone.saying(hardware=hardware) is Reason.STATEMENT_KEY_USE
    assert phone.saying(hardware={PURPOSE: set_of(integer(2)), ORIGIN: integer(0)}) is IN


def test_a_key_for_all_apps_is_refused_whoever_says_so(phone: Phone) -> None:
    assert phone.saying(system={ALL_APPLICATIONS: b"\x05\x00"}) is Reason.STATEMENT_KEY_USE
    assert phone.saying(system={601: octets(b"x")}) is IN


# what the device runs


@pytest.mark.parametrize("how", [boot(locked=False), boot(state=1), boot(state=2), boot(state=3), None])
def test_an_unlocked_device_or_a_foreign_system_is_refused(world: World, how: bytes | None) -> None:
    phone, other = world.phone(), world.phone()
    assert phone.saying(hardware={BOOT: how}) is Reason.STATEMENT_BOOT
    assert phone.saying(hardware={BOOT: boot()}) is IN
    world.adopt(insecure_unlocked_devices=YES)
    assert other.saying(hardware={BOOT: how}) is IN
    assert other.reason(other.again()) is IN
    assert [event.grade for event in world.issuer.events_of(InstanceVouchedFor)][-1] == "unlocked"
    world.adopt()
    assert other.reason(other.again()) is Reason.STATEMENT_BOOT
    assert phone.reason(phone.again()) is IN


@pytest.mark.parametrize(
    ("level", "reason"),
    [(202604, Reason.STATEMENT_PATCH_LEVEL), (20260430, Reason.STATEMENT_PATCH_LEVEL), (202605, IN), (20260501, IN)],
)
def test_an_old_system_is_refused_where_the_contract_says_so(world: World, level: int, reason: Reason | None) -> None:
    assert world.phone().saying(hardware={PATCH_LEVEL: integer(201901)}) is IN
    world.adopt(patch_level="2026-05")
    assert world.phone().saying(hardware={PATCH_LEVEL: None}) is Reason.STATEMENT_PATCH_LEVEL
    assert world.phone().saying(hardware={PATCH_LEVEL: integer(level)}) is reason


# who certifies it


def test_only_a_root_of_the_contract_vouches_for_a_device(world: World, phone: Phone) -> None:
    """Another authority of the same name, which the device brings itself; the published roots do not know ours."""
    stranger = Google(world.issuer.now)
    forger = AndroidDevice(stranger, phone.key)
    challenge = phone.challenge()
    assert phone.reason(phone.first(forger.chain(challenge), challenge)) is Reason.STATEMENT_ROOT_UNKNOWN
    assert phone.reason(phone.first(phone.device.chain(challenge), challenge)) is IN
    world.adopt(insecure_roots=None)
    other = world.phone()
    assert other.reason(other.first()) is Reason.STATEMENT_ROOT_UNKNOWN


def test_the_root_s_key_may_have_had_other_certificates(world: World, phone: Phone) -> None:
    """Chains of old devices end in one that is past; the contract's has to be in force."""
    google = world.google
    name = named("Key Attestation CA1")
    old = issued(google.root.key, name, name, google.root.key, AUTHORITY, google.now, (-400, -100))
    for key, reason in ((old, IN), (Google(google.now).root, Reason.STATEMENT_ROOT_UNKNOWN)):
        made = world.phone()
        challenge = made.challenge()
        chain = [*made.device.chain(challenge)[:-1], key.der]
        assert made.reason(made.first(chain, challenge)) is reason


def test_the_root_alone_says_nothing(world: World, phone: Phone) -> None:
    assert phone.reason(phone.first([world.google.root.der])) is Reason.STATEMENT_MALFORMED
    assert phone.reason(phone.first()) is IN


@pytest.mark.parametrize("days", [(-3, -1), (1, 3)])
def test_the_device_s_authority_is_in_force(world: World, phone: Phone, days: tuple[float, float]) -> None:
    """The key's own certificate has dates that the device wrote, and that tell nothing."""
    for how, reason in ((days, Reason.STATEMENT_EXPIRED), ((-1, 1), IN)):
        attester = world.google.provisioner.issue(new_key(), "TEE", *AUTHORITY, now=world.google.now, days=how)

        def make(said: bytes, attester: Holder = attester) -> list[bytes]:
            leaf = phone.device.leaf(said, by=attester, days=days)
            return phone.device.above(leaf, attester, world.google.provisioner)

        assert phone.showing(make) is reason


def test_a_key_that_hardware_described_signs_no_description_of_its_own(world: World, phone: Phone) -> None:
    """The chain goes on below what the hardware said: a key in it, with a certificate for another that says anything.
    Not even where that key was made to be an authority's."""
    thief = world.phone()
    challenge = phone.challenge()
    honest = thief.device.description(b"of the thief's own", hardware={BOOT: boot(locked=False)})
    for more, reason in (
        ((), Reason.STATEMENT_CHAIN),
        (AUTHORITY, Reason.STATEMENT_EXTENDED),
    ):
        described = thief.device.leaf(honest, *more) if not more else authority_of(thief, honest)
        forged = phone.device.leaf(phone.device.description(challenge.encode()), by=described)
        chain = thief.device.above(forged, described, thief.device.attester, world.google.provisioner)
        assert phone.reason(phone.first(chain, challenge)) is reason
    assert phone.reason(phone.first(phone.device.chain(challenge), challenge)) is IN


def authority_of(phone: Phone, description: bytes) -> Holder:
    """As `leaf`, where the hardware would let the key issue certificates."""
    extension = own("1.3.6.1.4.1.11129.2.1.17", description)
    now = phone.device.google.now
    return phone.device.attester.issue(phone.device.private, "a key", *AUTHORITY, extension, now=now)


def test_a_certificate_below_the_description_is_not_read(world: World, phone: Phone) -> None:
    """The description has to stand in the certificate of the instance's key."""
    bare = phone.device.attester.issue(phone.device.private, "no description", usage(False), now=world.google.now)
    assert phone.showing(lambda said: phone.device.above(bare)) is Reason.STATEMENT_MALFORMED
    assert phone.reason(phone.first()) is IN


def test_a_device_that_google_does_not_trust_any_more_is_refused(world: World) -> None:
    """Also one whose key was attested before: the list is asked each time."""
    phone, other = world.phone(), world.phone()
    serial = format(phone.device.attester.certificate.serial_number, "x")
    listed = json.dumps({"entries": {serial: {"status": "SUSPENDED", "reason": "SOFTWARE_FLAW"}}}).encode()
    assert phone.reason(phone.first()) is IN
    world.adopt(listed)
    assert phone.reason(phone.again()) is Reason.STATEMENT_REVOKED
    assert other.reason(other.first()) is IN
    late = world.phone()
    late.device.attester = phone.device.attester
    assert late.reason(late.first()) is Reason.STATEMENT_REVOKED
    world.adopt()
    assert phone.reason(phone.again()) is IN
    assert late.reason(late.first()) is IN


# the form


def described(phone: Phone, change: Callable[[bytes], bytes]) -> Callable[[bytes], list[bytes]]:
    return lambda said: phone.device.above(phone.device.leaf(change(said)))


def repeated(said: bytes) -> bytes:
    """The system's list, with a tag twice."""
    tag = explicit(APPLICATION, application(PACKAGE))
    whole = tlv(0x30, explicit(701, integer(1_800_000_000_000)) + tag)
    return sequence(unwrapped(said).replace(whole, tlv(0x30, explicit(701, integer(1_800_000_000_000)) + tag + tag), 1))


def unwrapped(said: bytes) -> bytes:
    return said[2 + (said[1] & 127 if said[1] > 127 else 0) :]


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "more behind it": lambda said: said + b"\x05\x00",
    "cut off": lambda said: said[:-1],
    "a longer length": lambda said: b"\x30\x83\x00" + len(unwrapped(said)).to_bytes(2, "big") + unwrapped(said),
    "without a length": lambda said: b"\x30\x80" + unwrapped(said) + b"\x00\x00",
    "a longer number": lambda said: sequence(unwrapped(said).replace(integer(400), b"\x02\x03\x00\x01\x90", 1)),
    "a member more": lambda said: sequence(unwrapped(said), integer(1)),
    "a set": lambda said: tlv(0x31, unwrapped(said)),
    "a tag twice": repeated,
    "a longer tag": lambda said: sequence(unwrapped(said).replace(b"\xbf\x85\x3e", b"\xbf\x80\x85\x3e", 1)),
    "a truth that is none": lambda said: sequence(unwrapped(said).replace(b"\x01\x01\xff", b"\x01\x01\x01", 1)),
    "empty": lambda said: b"\x30\x00",
    "nothing": lambda said: b"",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_description_is_taken_in_one_form_only(phone: Phone, form: str) -> None:
    change = FORMS[form]
    said = phone.device.description(phone.challenge().encode())
    assert change(said) != said
    assert phone.showing(described(phone, change)) is Reason.STATEMENT_MALFORMED
    assert phone.showing(described(phone, lambda said: said)) is IN


@pytest.mark.parametrize("certificates", [None, [], "AAAA", [1], ["AAAA="]])
def test_certificates_are_a_list_of_them(phone: Phone, certificates: object) -> None:
    asked = phone.challenge()
    answer = phone.send({"format": "android-key", "challenge": asked, "certificates": certificates})
    assert answer.status_code == 400
    assert phone.reason(phone.first(challenge=asked)) is IN


# statements that come later


def test_an_attested_key_speaks_for_itself_again(phone: Phone) -> None:
    assert phone.reason(phone.again()) is Reason.DEVICE_KEY_UNKNOWN
    assert phone.reason(phone.first()) is IN
    phone.issuer.later(100_000)
    challenge = phone.challenge()
    signature = phone.device.signature(phone.data(challenge))
    assert phone.reason(phone.again(signature, challenge)) is IN
    assert phone.reason(phone.again(signature, challenge)) is Reason.STATEMENT_CHALLENGE
    assert phone.reason(phone.again()) is IN


def test_another_key_and_other_words_do_not_speak_for_it(world: World, phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    challenge = phone.challenge()
    other = world.phone()
    for signature in (
        other.device.signature(phone.data(challenge)),
        phone.device.signature(phone.data(phone.challenge())),
        phone.device.signature(challenge.encode()),
        b"\x30\x00",
    ):
        assert phone.reason(phone.again(signature, challenge)) is Reason.STATEMENT_SIGNATURE
    assert phone.reason(phone.again(challenge=challenge)) is IN


def test_it_speaks_for_one_client(phone: Phone) -> None:
    assert phone.reason(phone.first()) is IN
    phone.client = "other-app"
    assert phone.reason(phone.again()) is Reason.DEVICE_KEY_UNKNOWN
    phone.client = "phone"
    assert phone.reason(phone.again()) is IN


def test_a_platform_that_the_contract_does_not_name_is_refused(issuer: IssuerWorld, world: World) -> None:
    phone, apple = world.phone(), Apple(issuer.now)
    device = AppleDevice(apple)

    def of_apple(form: str = "apple-appattest") -> Reason | None:
        asked = phone.challenge()
        said = {"format": form, "challenge": asked, "key_id": device.key_id}
        make = device.attestation if form == "apple-appattest" else device.assertion
        return phone.reason(phone.send({**said, "statement": make(phone.data(asked))}))

    assert of_apple() is Reason.PLATFORM_NOT_ALLOWED
    assert phone.reason(phone.first()) is IN
    adopt(issuer, {"apple.pem": apple.root.pem}, {"apple": apple_app()})
    assert phone.reason(phone.again()) is Reason.PLATFORM_NOT_ALLOWED
    assert world.phone().reason(world.phone().first()) is Reason.PLATFORM_NOT_ALLOWED
    assert of_apple() is IN
    both = {"apple": apple_app(), "android": android_app()}
    files = {"apple.pem": apple.root.pem, "google.pem": world.google.root.pem, "status.json": EMPTY}
    adopt(issuer, files, both)
    assert phone.reason(phone.again()) is IN
    assert of_apple("apple-appattest-assertion") is IN


def test_keys_of_the_platforms_are_not_mixed_up(issuer: IssuerWorld, world: World) -> None:
    """A key that Apple attested does not speak in Android's way, nor the other way round."""
    apple = Apple(issuer.now)
    files = {"apple.pem": apple.root.pem, "google.pem": world.google.root.pem, "status.json": EMPTY}
    adopt(issuer, files, {"apple": apple_app(), "android": android_app()})
    phone = world.phone()
    assert phone.reason(phone.first()) is IN
    device = AppleDevice(apple)
    device.key = phone.device.private
    asked = phone.challenge()
    said = {"format": "apple-appattest-assertion", "challenge": asked, "statement": device.assertion(phone.data(asked))}
    name = phone.key.public.id
    assert phone.reason(phone.send({**said, "key_id": name})) is Reason.DEVICE_KEY_UNKNOWN
    assert phone.reason(phone.again()) is IN
