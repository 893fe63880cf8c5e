"""The demo's folder: its contract, its secrets, and `demo.json`, from which scripts learn all of it."""

import json
import secrets
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import ostiary
from ostiary.keys import base64url
from ostiary.keys.api_key import draw
from ostiary.keys.devca import development_client
from ostiary.keys.development_device import development_device
from ostiary.keys.es256 import SigningPrivateKey
from ostiary.model.frozen import frozen
from ostiary.server.development import CA_FILE, write_private
from ostiary.server.state import StateDirectory

ORIGIN: Final = "https://localhost:8443"
SERVICES: Final = "https://localhost:8444"
SERVICES_AT: Final = "127.0.0.1:8444"
UPSTREAM: Final = "http://127.0.0.1:9001"
OLD_WAYS_END: Final = "2027-03-31"
"""In the example; a demo that is laid out later ends later."""
OLD_WAYS_LIVE: Final = timedelta(days=90)
_SECRETS: Final = ("storefront", "pocketbook", "stock", "ticker")
_KEYS: Final = ("billing", "acme", "ledger")


class FolderUnusable(Exception):
    """There is something in it that this demo cannot go on with."""


@frozen
class PersonOfDemo:
    login: str
    name: str
    tenant: str
    roles: tuple[str, ...]
    password: str
    subject: str


@frozen
class ClientOfDemo:
    """`private_key` is a JWK."""

    client_id: str
    kind: str
    redirect_uri: str = ""
    secret: str | None = None
    private_key: Mapping[str, str] | None = None
    api_key: str | None = None
    build: str | None = None
    """Which it states, where it is an app."""
    certificate: str | None = None
    """PEM files: what it shows, and its key."""
    certificate_key: str | None = None
    attested: bool = False
    """Whether the certificate is that of a simulated device, which vouches for the app's instances."""


@frozen
class Demo:
    """Everything that a script needs to use the demo."""

    origin: str
    ca_file: str
    upstream: str
    admin: str
    services: str
    """The origin of the listener for services, which asks for certificates."""
    contract: str
    people: Mapping[str, PersonOfDemo]
    clients: Mapping[str, ClientOfDemo]
    initial_access_token: str
    """With which clients register themselves (RFC 7591)."""


def examples() -> Path:
    """The example shop: inside the installed package, or beside its source."""
    package = Path(ostiary.__file__).parent
    inside = package / "examples" / "shop"
    return inside if inside.is_dir() else package.parents[1] / "examples" / "shop"


def lay_out(folder: Path, port: int, admin_port: int, services_port: int, upstream: str) -> Demo:
    """Write the contract and what it names; secrets and people that the folder has already are kept. Raises
    FolderUnusable."""
    origin = f"https://localhost:{port}"
    people, clients, initial = _household(folder, origin)
    clients = {**clients, "warehouse": _certified(folder), "pocket-pay": _on_a_phone(folder)}
    demo = Demo(
        origin=origin,
        ca_file=str(folder / "state" / "tls" / CA_FILE),
        upstream=upstream,
        admin=f"http://127.0.0.1:{admin_port}",
        services=f"https://localhost:{services_port}",
        contract=str(folder / "ostiary.yaml"),
        people=people,
        clients=clients,
        initial_access_token=initial,
    )
    _write_contract(folder, demo, admin_port)
    write_private(folder / "demo.json", json.dumps(asdict(demo), indent=2).encode() + b"\n")
    return demo


def _write_contract(folder: Path, demo: Demo, admin_port: int) -> None:
    shop = examples()
    text = (shop / "ostiary.yaml").read_text().replace(ORIGIN, demo.origin).replace(UPSTREAM, demo.upstream)
    text = text.replace(SERVICES, demo.services)
    text = text.replace(SERVICES_AT, f"127.0.0.1:{urlsplit(demo.services).port}")
    text = text.replace(OLD_WAYS_END, (datetime.now(UTC) + OLD_WAYS_LIVE).date().isoformat())
    text += f"\nstate: state\nadmin: 127.0.0.1:{admin_port}\n"
    (folder / "ostiary.yaml").write_text(text)
    shutil.copyfile(shop / "shop.openapi.yaml", folder / "shop.openapi.yaml")
    for name in _SECRETS:
        write_private(folder / "secrets" / name, (demo.clients[name].secret or "").encode() + b"\n")
    write_private(folder / "secrets" / "registration", demo.initial_access_token.encode() + b"\n")
    for name in _KEYS:
        key = demo.clients[name].private_key or {}
        public = {"keys": [{member: value for member, value in key.items() if member != "d"}]}
        (folder / f"{name}.jwks.json").write_text(json.dumps(public, indent=2) + "\n")


def _household(folder: Path, origin: str) -> tuple[Mapping[str, PersonOfDemo], Mapping[str, ClientOfDemo], str]:
    """Who is there already, else new ones, and the token with which more come. Raises FolderUnusable."""
    file = folder / "demo.json"
    try:
        before = json.loads(file.read_text())
        return _people_before(before), _clients(origin, before), _initial(before)
    except FileNotFoundError:
        if StateDirectory(folder / "state").store.exists():
            raise FolderUnusable(f"{file} is gone, and nobody else knows the passwords; remove {folder}") from None
        return _new_people(), _clients(origin, {}), _initial({})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise FolderUnusable(f"{file} is not as a demo writes it; remove {folder}") from None


def _initial(before: Mapping[str, Any]) -> str:
    return str(before.get("initial_access_token") or secrets.token_urlsafe(32))


def _people_before(before: Mapping[str, Any]) -> dict[str, PersonOfDemo]:
    people = {login: PersonOfDemo(**said) for login, said in before["people"].items()}
    return {login: replace(person, roles=tuple(person.roles)) for login, person in people.items()}


def _new_people() -> dict[str, PersonOfDemo]:
    named = (
        ("alice", "Alice Archer", "north", ("customer",)),
        ("bob", "Bob Baker", "north", ("customer",)),
        ("carol", "Carol Carter", "north", ("support",)),
        ("dave", "Dave Dyer", "south", ("customer",)),
    )
    return {
        login: PersonOfDemo(login, name, tenant, roles, secrets.token_urlsafe(15), secrets.token_urlsafe(12))
        for login, name, tenant, roles in named
    }


def _clients(origin: str, before: Mapping[str, Any]) -> dict[str, ClientOfDemo]:
    kept = before.get("clients", {})

    def secret(name: str) -> str:
        return str(kept[name]["secret"]) if name in kept else secrets.token_urlsafe(32)

    def key(name: str) -> Mapping[str, str]:
        return dict(kept[name]["private_key"]) if name in kept else _private_jwk()

    api_key = kept["harbour"]["api_key"] if "harbour" in kept else draw(secrets.token_bytes).reveal()
    made = (
        ClientOfDemo("storefront", "web", f"{origin}/app/", secret("storefront")),
        ClientOfDemo("window", "web", f"{origin}/window/"),
        ClientOfDemo("shelf", "spa", f"{origin}/shelf/"),
        ClientOfDemo("pocketbook", "third-party", "https://pocketbook.example/callback", secret("pocketbook")),
        ClientOfDemo("ledger", "third-party", "https://ledger.example/callback", private_key=key("ledger")),
        ClientOfDemo("billing", "service", private_key=key("billing")),
        ClientOfDemo("stock", "service", secret=secret("stock")),
        ClientOfDemo("till", "device"),
        ClientOfDemo("pocket-shop", "mobile", "com.example.shop:/cb", build="2.4.0"),
        ClientOfDemo("acme", "partner", private_key=key("acme")),
        ClientOfDemo("harbour", "partner", api_key=api_key),
        ClientOfDemo("ticker", "legacy", secret=secret("ticker")),
    )
    return {client.client_id: client for client in made}


def _certified(folder: Path) -> ClientOfDemo:
    """The client with a certificate: a new one each time, and what is trusted to have issued it."""
    made = development_client("warehouse.shop.example", int(time.time()), secrets.token_bytes)
    certificate, key = folder / "warehouse.pem", folder / "warehouse.key"
    (folder / "client-authority.pem").write_bytes(made.ca)
    certificate.write_bytes(made.certificate)
    write_private(key, made.key)
    return ClientOfDemo("warehouse", "service", certificate=str(certificate), certificate_key=str(key))


def _on_a_phone(folder: Path) -> ClientOfDemo:
    """The app on a phone that is simulated: a new phone each time, and what is trusted to have made it."""
    made = development_device(int(time.time()), secrets.token_bytes)
    certificate, key = folder / "device.pem", folder / "device.key"
    (folder / "device-root.pem").write_bytes(made.root)
    certificate.write_bytes(made.certificate)
    write_private(key, made.key)
    redirect = "com.example.pay:/cb"
    return ClientOfDemo(
        "pocket-pay", "mobile", redirect, certificate=str(certificate), certificate_key=str(key), attested=True
    )


def _private_jwk() -> dict[str, str]:
    private = SigningPrivateKey.generate()
    public = {name: str(value) for name, value in private.public.to_jwk().items()}
    return {**public, "d": base64url.encode(private.scalar())}
