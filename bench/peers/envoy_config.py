"""The Envoy bootstrap of the benchmark, part by part (JSON form of the v3 API)."""

from typing import Any

from bench.peers.gateway import HEADERS, Job
from bench.tokens import ROLES, SCOPE

Part = dict[str, Any]

JWT = "envoy.filters.http.jwt_authn"
TYPES = "type.googleapis.com/envoy"
RECORD = "%START_TIME% %RESPONSE_CODE% %DURATION% %BYTES_SENT% %REQ(:METHOD)% %REQ(:PATH)% %REQ(X-SUBJECT)%\n"


def bootstrap(job: Job, plain: int, tls: int, admin: int, record: str) -> Part:
    """The whole configuration."""
    return {
        "admin": {"address": address(admin)},
        "static_resources": {
            "listeners": [listener("plain", job, plain, record), listener("tls", job, tls, record, tls_socket(job))],
            "clusters": [cluster(job.origin)],
        },
    }


def typed(name: str, kind: str, /, **fields: Any) -> Part:
    """An extension by name with its typed configuration."""
    return {"name": name, "typed_config": {"@type": f"{TYPES}.{kind}", **fields}}


def address(port: int) -> Part:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}


def cluster(origin: int) -> Part:
    """The upstream; one loopback address, any number of kept-alive connections."""
    endpoint = {"endpoint": {"address": address(origin)}}
    thresholds = [{"max_connections": 4096, "max_pending_requests": 4096, "max_requests": 4096}]
    return {
        "name": "origin",
        "type": "STATIC",
        "connect_timeout": "5s",
        "circuit_breakers": {"thresholds": thresholds},
        "load_assignment": {"cluster_name": "origin", "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def listener(name: str, job: Job, port: int, record: str, socket: Part | None = None) -> Part:
    """One address with the whole chain behind it."""
    chain: Part = {"filters": [manager(job, record)]}
    if socket:
        chain["transport_socket"] = socket
    return {"name": name, "address": address(port), "filter_chains": [chain]}


def tls_socket(job: Job) -> Part:
    files = {
        "certificate_chain": {"filename": str(job.certificate.chain)},
        "private_key": {"filename": str(job.certificate.key)},
    }
    context = {
        "tls_certificates": [files],
        "alpn_protocols": ["http/1.1"],
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_2", "tls_maximum_protocol_version": "TLSv1_3"},
    }
    kind = "extensions.transport_sockets.tls.v3.DownstreamTlsContext"
    return typed("envoy.transport_sockets.tls", kind, common_tls_context=context)


def manager(job: Job, record: str) -> Part:
    """The HTTP connection manager with its filters in the order of the checks."""
    line = {"text_format_source": {"inline_string": RECORD}}
    logs = [typed("file", "extensions.access_loggers.file.v3.FileAccessLog", path=record, log_format=line)]
    router = typed("envoy.filters.http.router", "extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    return typed(
        "envoy.filters.network.http_connection_manager",
        "extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        stat_prefix="front",
        codec_type="HTTP1",
        generate_request_id=False,
        access_log=logs,
        route_config=routes(),
        http_filters=[token(job), revocation(job.revoked), rules(), limits(job), router],
    )


def routes() -> Part:
    """Everything goes to the origin; the limits' keys are claims, the answer gets its headers."""
    headers = [
        {"header": {"key": name, "value": value}, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}
        for name, value in HEADERS.items()
    ]
    host = {
        "name": "api",
        "domains": ["*"],
        "routes": [
            {
                "match": {"prefix": "/v1/"},
                "route": {"cluster": "origin", "rate_limits": [counts("person", "sub"), counts("client", "client_id")]},
                "request_headers_to_remove": ["x-jti"],
            }
        ],
    }
    return {"name": "routes", "virtual_hosts": [host], "response_headers_to_add": headers}


def token(job: Job) -> Part:
    """Signature, exp, iss and aud; a token seen before is found in the cache of the filter."""
    provider = {
        "issuer": job.signer.issuer,
        "audiences": [job.signer.audience],
        "require_expiration": True,
        "local_jwks": {"inline_string": job.signer.jwks()},
        "payload_in_metadata": "claims",
        "normalize_payload_in_metadata": {"space_delimited_claims": ["scope"]},
        "jwt_cache_config": {"jwt_cache_size": 1000},
        "claim_to_headers": [
            {"header_name": "x-subject", "claim_name": "sub"},
            {"header_name": "x-jti", "claim_name": "jti"},
        ],
    }
    rule = {"match": {"prefix": "/"}, "requires": {"provider_name": "issuer"}}
    kind = "extensions.filters.http.jwt_authn.v3.JwtAuthentication"
    return typed(JWT, kind, providers={"issuer": provider}, rules=[rule])


def revocation(revoked: list[str]) -> Part:
    """RBAC with a hash map from token id to refusal (the matching API)."""
    source = typed("jti", "type.matcher.v3.HttpRequestHeaderMatchInput", header_name="x-jti")
    deny = typed("revoked", "config.rbac.v3.Action", name="revoked", action="DENY")
    allow = typed("valid", "config.rbac.v3.Action", name="valid", action="ALLOW")
    tree = {"input": source, "exact_match_map": {"map": {one: {"action": deny} for one in revoked}}}
    matcher = {"matcher_tree": tree, "on_no_match": {"action": allow}}
    return typed("revocation", "extensions.filters.http.rbac.v3.RBAC", matcher=matcher)


def rules() -> Part:
    """RBAC: method, scope and role by metadata, tenant and owner by a CEL condition."""
    permission = {"header": {"name": ":method", "string_match": {"exact": "GET"}}}
    principals = [has("scope", SCOPE), {"or_ids": {"ids": [has("roles", role) for role in ROLES]}}]
    policy = {
        "permissions": [permission],
        "principals": [{"and_ids": {"ids": principals}}],
        "condition": own_path(),
        "cel_config": {"enable_string_concat": True},
    }
    allow = {"action": "ALLOW", "policies": {"owner": policy}}
    return typed("rules", "extensions.filters.http.rbac.v3.RBAC", rules=allow)


def has(claim: str, word: str) -> Part:
    """A principal whose claim (a list) holds the word."""
    value = {"list_match": {"one_of": {"string_match": {"exact": word}}}}
    return {"metadata": {"filter": JWT, "path": [{"key": "claims"}, {"key": claim}], "value": value}}


def own_path() -> Part:
    """CEL: the path is /v1/tenants/TENANT/users/SUB/ and then orders or archive."""
    start = plus(plus(plus(text("/v1/tenants/"), claim("tenant")), text("/users/")), claim("sub"))
    path = select(name("request"), "url_path")
    one, other = (call("_==_", path, plus(start, text(end))) for end in ("/orders", "/archive"))
    return call("_||_", one, other)


def claim(key: str) -> Part:
    """CEL: metadata.filter_metadata['envoy.filters.http.jwt_authn']['claims'][key]."""
    found = select(name("metadata"), "filter_metadata")
    for index in (JWT, "claims", key):
        found = call("_[_]", found, text(index))
    return found


def plus(left: Part, right: Part) -> Part:
    return call("_+_", left, right)


def call(function: str, *args: Part) -> Part:
    return {"call_expr": {"function": function, "args": list(args)}}


def select(operand: Part, field: str) -> Part:
    return {"select_expr": {"operand": operand, "field": field}}


def name(word: str) -> Part:
    return {"ident_expr": {"name": word}}


def text(word: str) -> Part:
    return {"const_expr": {"string_value": word}}


def counts(key: str, claim_name: str) -> Part:
    """A rate limit descriptor whose value is a claim of the verified token."""
    path = {"key": JWT, "path": [{"key": "claims"}, {"key": claim_name}]}
    return {"actions": [{"metadata": {"descriptor_key": key, "metadata_key": path, "source": "DYNAMIC"}}]}


def limits(job: Job) -> Part:
    """A token bucket for each person and each client (descriptors without a value are dynamic)."""
    most = {"max_tokens": 4_000_000_000, "tokens_per_fill": 4_000_000_000, "fill_interval": f"{job.limits.seconds}s"}
    always = {"default_value": {"numerator": 100, "denominator": "HUNDRED"}}
    descriptors = [
        {
            "entries": [{"key": key}],
            "token_bucket": {"max_tokens": limit, "tokens_per_fill": limit, "fill_interval": f"{job.limits.seconds}s"},
        }
        for key, limit in (("person", job.limits.person), ("client", job.limits.client))
    ]
    return typed(
        "envoy.filters.http.local_ratelimit",
        "extensions.filters.http.local_ratelimit.v3.LocalRateLimit",
        stat_prefix="limits",
        token_bucket=most,
        always_consume_default_token_bucket=False,
        max_dynamic_descriptors=10_000,
        filter_enabled=always,
        filter_enforced=always,
        descriptors=descriptors,
    )
