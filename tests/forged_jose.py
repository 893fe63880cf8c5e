"""Ways to forge or to bend a JWT that holds. Wherever one is taken each of them has to be refused (RFC 7515, RFC 7518,
RFC 7519, RFC 8725)."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from by_hand import Json, compact
from ostiary.keys import base64url
from ostiary.keys.es256 import SigningPrivateKey

STRANGER: Final = SigningPrivateKey.generate()
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (SEC 2 section 2.4.2)."""
_PLACES: Final[Mapping[str, object]] = {
    "jku": "https://evil.example/keys",
    "x5u": "https://evil.example/certificate",
    "x5c": ["MIIB"],
    "jwk": STRANGER.public.to_jwk(),
}


@dataclass(frozen=True, slots=True)
class Genuine:
    """One that is taken where it is brought, before it is put together."""

    header: Mapping[str, object]
    claims: Mapping[str, object]
    key: SigningPrivateKey

    def token(
        self,
        header: Json | None = None,
        payload: Json | None = None,
        sign: Callable[[bytes], bytes] | None = None,
        between: bytes = b".",
    ) -> str:
        """With other parts than its own; without arguments the genuine one."""
        return compact(
            self.header if header is None else header,
            self.claims if payload is None else payload,
            sign or self.key.sign,
            between,
        )

    def under(self, sign: Callable[[bytes], bytes] | None = None, **members: object) -> str:
        """With other members in its header."""
        return self.token({**self.header, **members}, sign=sign)

    def signed_as(self, change: Callable[[bytes], bytes]) -> str:
        """With its own signature written otherwise."""
        return self.token(sign=lambda signed: change(self.key.sign(signed)))

    def with_parts(self, change: Callable[[str, str, str], str]) -> str:
        header, payload, signature = self.token().split(".")
        return change(header, payload, signature)

    def claiming(self, name: str, value: object) -> str:
        return self.token(payload={**self.claims, name: value})

    def without(self, name: str) -> str:
        return self.token(payload={each: value for each, value in self.claims.items() if each != name})


Forge = Callable[[Genuine], str]
Bends = Mapping[str, tuple[object, ...]]
"""Claims, each with values that it cannot have."""


def _unsigned(signed: bytes) -> bytes:
    return b""


def _by_what_is_published(genuine: Genuine, secret: bytes) -> str:
    """Algorithm confusion: the public key as an HMAC secret."""
    return genuine.under(lambda signed: hmac.digest(secret, signed, "sha256"), alg="HS256")


ALGORITHMS: Final[Mapping[str, Forge]] = {
    **{f"{alg} and nothing": lambda g, alg=alg: g.under(_unsigned, alg=alg) for alg in ("none", "None", "NONE", "")},
    "none and a signature": lambda g: g.under(alg="none"),
    "no algorithm": lambda g: g.token({name: value for name, value in g.header.items() if name != "alg"}),
    "ES256 and nothing": lambda g: g.token(sign=_unsigned),
    "HS256 by the JWK": lambda g: _by_what_is_published(g, orjson.dumps(g.key.public.to_jwk())),
    "HS256 by x": lambda g: _by_what_is_published(g, base64url.decode(str(g.key.public.members["x"]).encode())),
    "HS256 by no secret": lambda g: _by_what_is_published(g, b""),
    **{
        f"called {alg}": lambda g, alg=alg: g.under(alg=alg)
        for alg in ("es256", "ES256K", "ES384", "RS256", "PS256", "EdDSA", ["ES256"], None, 7, {"ES256": 1})
    },
}

KEYS: Final[Mapping[str, Forge]] = {
    "a stranger's": lambda g: g.token(sign=STRANGER.sign),
    "a stranger's under its name": lambda g: g.under(STRANGER.sign, kid=STRANGER.id),
    **{
        f"a stranger's by {member}": lambda g, member=member: g.under(STRANGER.sign, **{member: _PLACES[member]})
        for member in _PLACES
    },
    **{f"its own beside {member}": lambda g, member=member: g.under(**{member: _PLACES[member]}) for member in _PLACES},
    "its own as jwk": lambda g: g.under(jwk=g.key.public.to_jwk()),
    **{
        f"called {kid}": lambda g, kid=kid: g.under(kid=kid)
        for kid in ("other", "", "../../dev/null", 7, True, ["a"], {"a": 1})
    },
}

SIGNATURES: Final[Mapping[str, Forge]] = {
    "zeros": lambda g: g.signed_as(lambda _: bytes(64)),
    "zeros in DER": lambda g: g.signed_as(lambda _: encode_dss_signature(0, 0)),
    "the order": lambda g: g.signed_as(lambda _: _ORDER.to_bytes(32, "big") * 2),
    "ones": lambda g: g.signed_as(lambda _: b"\xff" * 64),
    "in DER": lambda g: g.signed_as(_in_der),
    "s before r": lambda g: g.signed_as(lambda own: own[32:] + own[:32]),
    "one byte less": lambda g: g.signed_as(lambda own: own[:-1]),
    "one byte more": lambda g: g.signed_as(lambda own: own + b"\0"),
    "with a zero before each": lambda g: g.signed_as(lambda own: b"\0" + own[:32] + b"\0" + own[32:]),
    "twice": lambda g: g.signed_as(lambda own: own * 2),
    "of the payload alone": lambda g: g.token(sign=lambda signed: g.key.sign(signed.partition(b".")[2])),
    "of another dot": lambda g: g.token(between=b"!").replace("!", "."),
    "of another token": lambda g: g.with_parts(lambda h, p, _: f"{h}.{p}.{g.claiming('more', 1).split('.')[2]}"),
}


def _in_der(own: bytes) -> bytes:
    return encode_dss_signature(int.from_bytes(own[:32], "big"), int.from_bytes(own[32:], "big"))


FORMS: Final[Mapping[str, Forge]] = {
    "two parts": lambda g: g.with_parts(lambda h, p, _: f"{h}.{p}"),
    "no signature": lambda g: g.with_parts(lambda h, p, _: f"{h}.{p}."),
    "four parts": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s}.{s}"),
    "five parts": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s}.{p}.{s}"),
    "an empty part before": lambda g: f".{g.token()}",
    "a dot after": lambda g: f"{g.token()}.",
    "JSON": lambda g: g.with_parts(lambda h, p, s: f'{{"protected":"{h}","payload":"{p}","signature":"{s}"}}'),
    "padded": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s}=="),
    "a padded header": lambda g: g.with_parts(lambda h, p, s: f"{h}=.{p}.{s}"),
    "a plus": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s[:5]}+{s[6:]}"),
    "a space": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p[:5]} {p[5:]}.{s}"),
    "a letter more": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s}A"),
    "bits of no byte": lambda g: g.with_parts(lambda h, p, s: f"{h}.{p}.{s[:-1]}{chr(ord(s[-1]) + 1)}"),
    "two tokens": lambda g: f"{g.token()},{g.token()}",
    "nested": lambda g: g.token({**g.header, "cty": "JWT"}, g.token().encode()),
}

HEADERS: Final[Mapping[str, Forge]] = {
    "crit": lambda g: g.under(crit=["exp"]),
    "an empty crit": lambda g: g.under(crit=[]),
    "crit of what follows": lambda g: g.under(crit=["b64"], b64=False),
    "b64": lambda g: g.under(b64=True),
    "an algorithm twice": lambda g: g.token(orjson.dumps(g.header)[:-1] + b',"alg":"ES256"}'),
    "an algorithm before": lambda g: g.token(b'{"alg":"none",' + orjson.dumps(g.header)[1:]),
    **{
        f"of type {typ}": lambda g, typ=typ: g.under(typ=typ)
        for typ in ("JWT", "", "jwt", "secevent+jwt", "dpop+jwt", "application/application/at+jwt", None, 7, ["at+jwt"])
    },
    "no type": lambda g: g.token({name: value for name, value in g.header.items() if name != "typ"}),
    **{repr(raw): lambda g, raw=raw: g.token(raw) for raw in (b"", b"null", b"[]", b"\xff", b"{", b'"ES256"')},
    "a mark before": lambda g: g.token(b"\xef\xbb\xbf" + orjson.dumps(g.header)),
    "UTF-16": lambda g: g.token(orjson.dumps(g.header).decode().encode("utf-16")),
}

PAYLOADS: Final[Mapping[str, Forge]] = {
    **{
        repr(raw): lambda g, raw=raw: g.token(payload=raw) for raw in (b"", b"null", b"[]", b"7", b'"a"', b"{", b"{}{}")
    },
    "a claim twice": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":1,"x":1}'),
    "a claim in two spellings": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":1,"\\u0078":2}'),
    "twice within": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":{"y":1,"y":2}}'),
    "no number": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":NaN}'),
    "no end": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":Infinity}'),
    "more than a number holds": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":1e400}'),
    "half a letter": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":"\\ud800"}'),
    "deep": lambda g: g.token(payload=orjson.dumps(g.claims)[:-1] + b',"x":' + b"[" * 1200 + b"]" * 1200 + b"}"),
    "within an array": lambda g: g.token(payload=b"[" + orjson.dumps(g.claims) + b"]"),
    "a mark before": lambda g: g.token(payload=b"\xef\xbb\xbf" + orjson.dumps(g.claims)),
    "a comment after": lambda g: g.token(payload=orjson.dumps(g.claims) + b" // more"),
}

FAMILIES: Final[Mapping[str, Mapping[str, Forge]]] = {
    "algorithms": ALGORITHMS,
    "keys": KEYS,
    "signatures": SIGNATURES,
    "forms": FORMS,
    "headers": HEADERS,
    "payloads": PAYLOADS,
}


def bent(needed: Bends, optional: Bends) -> Mapping[str, Forge]:
    """A claim with what is no value of it, or left out where it has to be there."""
    changed = {
        f"{name}: {value!r}": lambda g, name=name, value=value: g.claiming(name, value)
        for name, values in {**needed, **optional}.items()
        for value in values
    }
    return changed | {f"no {name}": lambda g, name=name: g.without(name) for name in needed}
