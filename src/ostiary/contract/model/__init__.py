"""The contract as every room reads it: checked, expanded, frozen. Durations are whole seconds, sizes bytes."""

from ostiary.contract.model.apps import AndroidRule, AppleRule, AttesterRule, AttestRule, SecurityLevel
from ostiary.contract.model.clients import ClientRule
from ostiary.contract.model.contract import Contract, InsecureUse
from ostiary.contract.model.credentials import (
    LONGEST_API_KEY,
    SIGNATURE_MAX_AGE,
    CertificateRule,
    OldWay,
    OldWayRule,
    SignatureRule,
)
from ostiary.contract.model.kinds import LONGEST_ACCESS_TOKEN, ClientAuth, GrantType, Profile
from ostiary.contract.model.limits import Limit, LimitBy, Rate
from ostiary.contract.model.listeners import Bounds, GatewayRule, Network, Timeouts, TlsFiles
from ostiary.contract.model.registration import FetchRule, RegistrationRule
from ostiary.contract.model.routes import Fact, RouteRule, Segments, Shape, Upgrade, limits_of
from ostiary.contract.model.scopes import DetailRule, MemberRule, MemberType, ScopeRule, StepUp
from ostiary.contract.model.services import Identity, ServiceRule

__all__ = [
    "LONGEST_ACCESS_TOKEN",
    "LONGEST_API_KEY",
    "SIGNATURE_MAX_AGE",
    "AndroidRule",
    "AppleRule",
    "AttestRule",
    "AttesterRule",
    "Bounds",
    "CertificateRule",
    "ClientAuth",
    "ClientRule",
    "Contract",
    "DetailRule",
    "Fact",
    "FetchRule",
    "GatewayRule",
    "GrantType",
    "Identity",
    "InsecureUse",
    "Limit",
    "LimitBy",
    "MemberRule",
    "MemberType",
    "Network",
    "OldWay",
    "OldWayRule",
    "Profile",
    "Rate",
    "RegistrationRule",
    "RouteRule",
    "ScopeRule",
    "SecurityLevel",
    "Segments",
    "ServiceRule",
    "Shape",
    "SignatureRule",
    "StepUp",
    "Timeouts",
    "TlsFiles",
    "Upgrade",
    "limits_of",
]
