"""Every mistake is found at its place, and the contract that differs in that one thing is accepted."""

import pytest

from contract_door import FILES, KEYS, TEXT, changed, of_code, read_door
from ostiary.contract.checks.redirects import redirect_fault
from ostiary.contract.mistakes import Code, Severity
from ostiary.model.principal import Kind

UNDER_ORDERS = "  - {on: POST /v1/orders, to: shop, scope: orders.write, limit: {per: person, rate: 5/s}}\n"
TLS = "tls: {certificate: door.pem, key: door.key}\n"
CHAT = "to: chat, scope: chat.use, tenant: query.room, upgrade: websocket}"
ATTESTED = '  phone: {{kind: mobile, redirect_uris: ["com.example:/cb"], scopes: [orders.read], {}}}\n  robot:'
ATTESTER = "state: state\nattesters: {{own: {{{}}}}}"
IOS = "attest: {{apple: {{team: ABCDE12345, bundle: com.example.shop{}}}{}}}"
DROID = (
    'attest: {{android: {{package: com.example.shop, certificates: ["' + ":".join(["0a"] * 32) + '"]{}, '
    "status_list: {}}}}}"
)
PIN = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
PINS = "state: state\npins: {{backup: [{{sha256: {}, since: 2027-01-01}}], {}}}"
PHONE = (
    '  phone: {{kind: mobile, redirect_uris: ["com.example:/cb"], scopes: [orders.read], min_version: 2.4.0,'
    " deprecated_below: {}}}\n  robot:"
)
PARTNER = "  »partner: {kind: partner, credential: signature, jwks_file: robot.json}\n"
GATEWAY = "state: state\ngateways: {own: {listen: 127.0.0.1:9444, origin: https://own.example"
TWO_GATEWAYS = """\
gateways:
  one: {{listen: 127.0.0.1:9, origin: https://one.example}}
  two: {{listen: {}, origin: {}}}"""

# code, what stands in the door's contract, what stands there instead
CASES = [
    (Code.SYNTAX, "state: state", "state: state\n: »]"),
    (Code.SYNTAX, "state: state", "state: »*nowhere"),
    (Code.SYNTAX, "state: state", 'state: »"\\ud800"'),
    (Code.YAML_FEATURE, "state: state", "state: »!!str state"),
    (Code.YAML_FEATURE, "state: state", "? »[state]\n: state"),
    (Code.TOO_MUCH, "state: state", "state: " + "[" * 63 + "»["),
    (Code.KEY_REPEATED, "state: state", "state: state\n»state: other"),
    (Code.UNKNOWN_KEY, "feed_bound: 5s", "»feet_bound: 5s"),
    (Code.UNKNOWN_KEY, "allow_ips:", "»colour:"),
    (Code.UNKNOWN_KEY, "burst: 100", "»bust: 100"),
    (Code.UNKNOWN_KEY, "secret: ${env:SITE_SECRET}", "»client_secret: hunter2"),
    (Code.SECRET_IN_CONTRACT, "secret: ${env:SITE_SECRET}", "client_secret: »hunter2"),
    (Code.MISSING_KEY, "origin: https://api.example\n", "»"),
    (Code.MISSING_KEY, "  reader:\n    kind: third-party\n", "  »reader:\n"),
    (Code.MISSING_KEY, "{on: GET /v1/chat, to: chat,", "»{on: GET /v1/chat,"),
    (Code.MISSING_KEY, "limit: {per: person, rate: 5/s}", "»limit: {per: person}"),
    (Code.WRONG_TYPE, "public: true", 'public: »"true"'),
    (Code.WRONG_TYPE, "state: state", "»state: [state]"),
    (Code.WRONG_TYPE, "burst: 100", "burst: »1.5"),
    (Code.WRONG_TYPE, "says: Place orders", 'says: »" "'),
    (
        Code.WRONG_TYPE,
        "redirect_uris: [https://site.example/callback]",
        "redirect_uris: »https://site.example/callback",
    ),
    (Code.NOT_A_CHOICE, "kind: web", "kind: »website"),
    (Code.NOT_A_CHOICE, "per: ip", "per: »address"),
    (Code.OUT_OF_RANGE, "burst: 100", "burst: »0"),
    (Code.OUT_OF_RANGE, "feed_bound: 5s", "feed_bound: »2m"),
    (Code.OUT_OF_RANGE, "rotate: 90d", "rotate: »30m"),
    (Code.OUT_OF_RANGE, "trusted_proxies: [10.0.0.0/8]", "trusted_proxies: [»0.0.0.0/0]"),
    (
        Code.OUT_OF_RANGE,
        "quota: 100k/day",
        "insecure_access_token_lifetime: {value: »25h, because: nobody waits}",
    ),
    (Code.OUT_OF_RANGE, "refresh_idle: 7d", "insecure_refresh_idle: {value: »366d, because: readers rest}"),
    (Code.OUT_OF_RANGE, "refresh_idle: 7d", "insecure_refresh_absolute: {value: »1826d, because: readers rest}"),
    (Code.BAD_NAME, "  chat: {url", "  »chat room: {url"),
    (Code.BAD_NAME, "tenant: acme", "tenant: »/acme"),
    (Code.BAD_DURATION, "idle: 1h", "idle: »60"),
    (Code.BAD_DURATION, "refresh_idle: 7d", "refresh_idle: »7 days"),
    (Code.BAD_SIZE, "body: 1MiB", "body: »1MB"),
    (Code.BAD_RATE, "rate: 50/s", "rate: »50 per second"),
    (Code.BAD_RATE, "rate: 50/s", "rate: »0/s"),
    (Code.BAD_NETWORK, "[203.0.113.0/24]", "[»203.0.113.5/24]"),
    (Code.BAD_ADDRESS, "admin: 127.0.0.1:9443", "admin: »9443"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »127.0.0.1:9002"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://127.0.0.1:9002/?a=b"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://ex^ample"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", 'url: »"http://127.0.0.1:9002/\\tx"'),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://-x.example"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://chat..example"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", f"url: »http://{'x' * 64}"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://door@127.0.0.1:9002"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »ftp://127.0.0.1:9002"),
    (Code.BAD_URL, "url: http://127.0.0.1:9002", "url: »http://127.0.0.1:90020"),
    (Code.BAD_URL, "state: state", "store: »mysql://localhost/door"),
    (Code.BAD_ORIGIN, "origin: https://api.example", "origin: »http://api.example"),
    (Code.BAD_ORIGIN, "origin: https://api.example", "origin: »http://localhost"),
    (Code.BAD_ORIGIN, "origin: https://api.example", "origin: »https://api.example/"),
    (Code.BAD_ORIGIN, "origin: https://api.example", "origin: »https://API.example"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://pages.example/]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»http://pages.example]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://*.example]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://door@pages.example]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://pages.example:443]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://pages.example:0]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://192.0.513]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", "origins: [»https://pages.0x1]"),
    (Code.BAD_ORIGIN, "origins: [https://pages.example]", 'origins: [»"https://[2001:db8:0::1]"]'),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »/v1/chat,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »get /v1/chat,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »GET /v1//chat,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »GET /v1/*,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »GET /v1/../chat,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »TRACE /v1/chat,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", 'on: »"GET /v1/x{room}",'),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »GET /v1/:room,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", "on: »GET /v1/chat;room,"),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", 'on: »"GET /{a}/x/{a}",'),
    (Code.BAD_ROUTE, "on: GET /v1/chat,", f"on: »GET {'/a' * 65},"),
    (Code.BAD_FACT, "tenant: query.room", "tenant: »header.room"),
    (Code.BAD_FACT, "tenant: query.room", "tenant: »query.room.name"),
    (Code.UNKNOWN_SERVICE, "to: chat", "to: »chats"),
    (Code.UNKNOWN_SCOPE, "scope: orders.write, limit", "scope: »orders.wrote, limit"),
    (Code.UNKNOWN_SCOPE, "support: [orders.read]", "support: [orders.read, »orders.audit]"),
    (Code.UNKNOWN_SCOPE, "scopes: [chat.use]", "scopes: [chat.use, »openid]"),
    (Code.UNKNOWN_ROLE, "roles: [customer]", "roles: [customer, »agent]"),
    (Code.UNKNOWN_ROLE, "roles: [support]", "roles: [»suport]"),
    (Code.UNKNOWN_PARAMETER, "owner: user", "owner: »person"),
    (Code.UNKNOWN_PARAMETER, "tenant: query.room", "tenant: »path.room"),
    (Code.SCOPE_NOBODY_GRANTS, "  chat.use: Use the chat", "  chat.use: Use the chat\n  »spare: Nobody has this"),
    (Code.SCOPE_RESERVED, "  chat.use: Use the chat", "  chat.use: Use the chat\n  »profile: See your name"),
    (
        Code.SCOPE_UNUSED,
        "  chat.use: Use the chat\nroles:\n",
        "  chat.use: Use the chat\n  »spare: No route has this\nroles:\n  spare: [spare]\n",
    ),
    (Code.ROUTE_REPEATED, UNDER_ORDERS, UNDER_ORDERS + "  - {on: »POST /v1/orders, to: shop, scope: orders.read}\n"),
    (
        Code.ROUTE_REPEATED,
        CHAT,
        CHAT + '\n  - {on: »"GET /v1/orders/{owner}", to: shop, scope: orders.read}',
    ),
    (
        Code.ROUTE_AMBIGUOUS,
        CHAT,
        CHAT + '\n  - {on: »"GET /v1/{what}/chat", to: chat, scope: chat.use}',
    ),
    (
        Code.ROUTE_AMBIGUOUS,
        CHAT,
        CHAT
        + '\n  - {on: "GET /{x}/chat/{a}/z", to: chat, scope: chat.use}'
        + '\n  - {on: »"GET /{x}/{b}/log/z", to: chat, scope: chat.use}',
    ),
    (Code.ROUTE_RESERVED, "on: GET /v1/chat,", "on: »GET /oauth/chat,"),
    (Code.ROUTE_RESERVED, "on: GET /v1/chat,", "on: »GET /session,"),
    (Code.ROUTE_RESERVED, "on: GET /v1/chat,", "on: »GET /.well-known/chat,"),
    (Code.ROUTE_UNREACHABLE, "- {on: POST /v1/orders,", "- »{on: POST /v1/orders, kinds: [device],"),
    (Code.ROUTE_UNREACHABLE, "- {on: POST /v1/orders,", "- »{on: POST /v1/orders, bound: mtls,"),
    (Code.ROUTE_UNREACHABLE, "- {on: GET /v1/chat,", "- »{on: GET /v1/chat, owner: query.user,"),
    (Code.ROUTE_UNREACHABLE, "- {on: GET /v1/chat,", "- »{on: GET /v1/chat, roles: [customer],"),
    (
        Code.ROUTE_WITHOUT_CLIENT,
        "- {on: POST /v1/orders, to: shop, scope: orders.write,",
        "- »{on: POST /v1/orders, to: shop, scope: [orders.write, chat.use],",
    ),
    (Code.ROUTE_WITHOUT_RULE, "- {on: GET /v1/chat, to: chat, scope: chat.use,", "- »{on: GET /v1/chat, to: chat,"),
    (Code.PUBLIC_WITH_RULE, "to: shop, public: true,", "to: shop, public: true, »scope: orders.read,"),
    (Code.PUBLIC_WITH_RULE, "to: shop, public: true,", "to: shop, public: true, »step_up: {max_age: 5m},"),
    (Code.PUBLIC_WITH_RULE, "to: shop, public: true,", "to: shop, public: true, »bound: dpop,"),
    (Code.LIMIT_NOT_COUNTABLE, "per: ip", "per: »person"),
    (
        Code.UPGRADE_NOT_GET,
        "on: GET /v1/chat, " + CHAT,
        "on: POST /v1/chat, " + CHAT.replace("websocket", "»websocket"),
    ),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://*.site.example/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://site.example/*]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://site.example/callback#there]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»http://site.example/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»//site.example/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://me@site.example/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://site.example/a/../callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://site.example/a/%2E%2e/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://Site.example/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»https://site.example\\@evil.example/]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»com.example.site:/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", "[»javascript:alert()]"),
    (Code.REDIRECT_NOT_EXACT, "[https://site.example/callback]", '[»"https://site.example/call back"]'),
    (Code.REDIRECT_NOT_EXACT, "[com.example.reader:/callback]", "[»reader:/callback]"),
    (Code.REDIRECT_NOT_EXACT, "[com.example.reader:/callback]", "[»com.example.reader:callback]"),
    (
        Code.REDIRECT_NOT_EXACT,
        "[https://pages.example/]",
        "[https://pages.example/]\n    post_logout_redirect_uris: [»http://pages.example/]",
    ),
    (
        Code.REDIRECT_MISSING,
        "  pages:\n    kind: spa\n    redirect_uris: [https://pages.example/]",
        "  »pages:\n    kind: spa",
    ),
    (Code.SETTINGS_CONTRADICT, "feed_bound: 5s", "»insecure_plain_http: {value: true, because: a proxy ends TLS}"),
    (Code.SETTINGS_CONTRADICT, "idle: 1h", "idle: »24h"),
    (
        Code.SETTINGS_CONTRADICT,
        "chat: {url: http://127.0.0.1:9002}",
        "chat: {url: http://127.0.0.1:9002, closed: [»GET /v1/chat]}",
    ),
    (Code.SETTINGS_CONTRADICT, "closed: [DELETE /v1/orders]", "closed: [DELETE /v1/orders, »POST /v1/orders]"),
    (Code.SETTINGS_CONTRADICT, "admin: 127.0.0.1:9443", "listen: 127.0.0.1:9443\nadmin: »127.0.0.1:9443"),
    (Code.SETTINGS_CONTRADICT, "jwks_file: robot.json", f"jwks: {KEYS}\n    »jwks_file: robot.json"),
    (
        Code.SETTINGS_CONTRADICT,
        "refresh_idle: 7d",
        "»refresh_idle: 7d\n    insecure_refresh_idle: {value: 30d, because: readers rest}",
    ),
    (
        Code.SETTINGS_CONTRADICT,
        "refresh_idle: 7d",
        "»consent: true\n    insecure_no_consent: {value: true, because: it is ours}",
    ),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»secret: ${env:SITE_SECRET}"),
    (Code.SETTING_NOT_FOR_KIND, "jwks_file: robot.json", "jwks_file: robot.json\n    »refresh_idle: 7d"),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»min_version: 1.0.0"),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»store_links: {ios: https://apps.example/1}"),
    (Code.BAD_DATE, "  robot:", PHONE.format("{version: 2.5.0, since: »2027-02-30, sunset: 2027-05-01}")),
    (Code.BAD_DATE, "  robot:", PHONE.format("{version: 2.5.0, since: »20270401, sunset: 2027-05-01}")),
    (Code.UNKNOWN_ATTESTER, "  robot:", ATTESTED.format("attester: »elsewhere")),
    (
        Code.SETTINGS_CONTRADICT,
        "  robot:",
        ATTESTED.format("attester: own, credential: none").replace("att", "»att", 1),
    ),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»attester: own"),
    (Code.CREDENTIAL_MISSING, "  robot:", "  »" + ATTESTED[2:].format("credential: attestation")),
    (Code.SETTINGS_CONTRADICT, "  robot:", ATTESTED.format("credential: none, »" + IOS.format("", ""))),
    (Code.SETTINGS_CONTRADICT, "  robot:", ATTESTED.format("attester: own, »" + IOS.format("", ""))),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»" + IOS.format("", "")),
    (Code.SETTINGS_CONTRADICT, "  robot:", ATTESTED.format("»attest: {lifetime: 1h}")),
    (Code.OUT_OF_RANGE, "  robot:", ATTESTED.format(IOS.format("", ", lifetime: »25h"))),
    (Code.BAD_NAME, "  robot:", ATTESTED.format("attest: {apple: {team: »abcde12345, bundle: com.example.shop}}")),
    (Code.BAD_NAME, "  robot:", ATTESTED.format("attest: {apple: {team: ABCDE12345, bundle: »shop}}")),
    (
        Code.CERTIFICATE_INVALID,
        "  robot:",
        ATTESTED.format(IOS.format(", insecure_roots: {value: »nowhere.pem, because: a simulator}", "")),
    ),
    (
        Code.CERTIFICATE_INVALID,
        "  robot:",
        ATTESTED.format(IOS.format(", insecure_roots: {value: »robot.json, because: a simulator}", "")),
    ),
    (Code.CERTIFICATE_INVALID, "  robot:", ATTESTED.format(DROID.format("", "»nowhere.json"))),
    (Code.CERTIFICATE_INVALID, "  robot:", ATTESTED.format(DROID.format("", "»robot.json"))),
    (
        Code.CERTIFICATE_INVALID,
        "  robot:",
        ATTESTED.format(DROID.format(", insecure_roots: {value: »robot.json, because: a test}", "status.json")),
    ),
    (
        Code.SETTINGS_CONTRADICT,
        "  robot:",
        ATTESTED.format(DROID.format("", "status.json").replace(", status_list: status.json", "").replace("an", "»an")),
    ),
    (
        Code.SETTINGS_CONTRADICT,
        "  robot:",
        ATTESTED.format(
            DROID.format(", insecure_no_status_list: {value: true, because: a test}", "status.json").replace(
                "android", "»android"
            )
        ),
    ),
    (Code.NOT_A_CHOICE, "  robot:", ATTESTED.format(DROID.format(", security_level: »software", "status.json"))),
    (Code.BAD_DATE, "  robot:", ATTESTED.format(DROID.format(", patch_level: »2026-13", "status.json"))),
    (Code.BAD_NAME, "  robot:", ATTESTED.format(DROID.format("", "status.json").replace("com.ex", "».ex"))),
    (Code.BAD_NAME, "  robot:", ATTESTED.format(DROID.format("", "status.json").replace('"0a:0a', '»"0a'))),
    (
        Code.OUT_OF_RANGE,
        "  robot:",
        ATTESTED.format("attest: {android: {package: com.example.shop, »certificates: [], status_list: status.json}}"),
    ),
    (Code.INSECURE_WITHOUT_REASON, "  robot:", ATTESTED.format(IOS.format(", insecure_roots: »roots.pem", ""))),
    (Code.KEY_SET_INVALID, "state: state", ATTESTER.format("jwks_file: »nowhere.json")),
    (Code.KEY_SET_INVALID, "state: state", ATTESTER.format("»jwks: {keys: []}")),
    (Code.SETTINGS_CONTRADICT, "state: state", ATTESTER.format("max_age: 1h").replace("own", "»own")),
    (Code.SECRET_IN_CONTRACT, "state: state", ATTESTER.format("»jwks: {keys: [{kty: oct, k: c2VjcmV0}]}")),
    (Code.BAD_PIN, "state: state", PINS.format("»c2hvcnQ=", "expires: 2028-01-01")),
    (Code.BAD_PIN, "state: state", PINS.format(f"»{PIN[:-2]}B=", "expires: 2028-01-01")),
    (Code.BAD_DATE, "state: state", PINS.format(PIN, "expires: »never")),
    (Code.SETTINGS_CONTRADICT, "  robot:", PHONE.format("{version: 2.5.0, since: 2027-04-01, sunset: »2027-03-31}")),
    (Code.SETTINGS_CONTRADICT, "  robot:", PHONE.format("{version: »2.4.0, since: 2027-04-01, sunset: 2027-05-01}")),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»jwks_file: robot.json"),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»insecure_no_consent: {value: true, because: it is ours}"),
    (Code.CREDENTIAL_NOT_FOR_KIND, "quota: 100k/day", "credential: »secret"),
    (Code.CREDENTIAL_MISSING, "  robot:\n    kind: service\n    jwks_file: robot.json", "  »robot:\n    kind: service"),
    (Code.CREDENTIAL_MISMATCH, "  robot:\n    kind: service", "  »robot:\n    kind: service\n    credential: secret"),
    (Code.WEAKER_THAN_PROFILE, "quota: 100k/day", "access_token_lifetime: »1h"),
    (Code.WEAKER_THAN_PROFILE, "refresh_idle: 7d", "refresh_idle: »30d"),
    (Code.WEAKER_THAN_PROFILE, "refresh_idle: 7d", "consent: »false"),
    (Code.WEAKER_THAN_PROFILE, "refresh_idle: 7d", "pushed_requests: »false"),
    (
        Code.SETTINGS_CONTRADICT,
        "refresh_idle: 7d",
        "»pushed_requests: true\n    insecure_unpushed_requests: {value: true, because: its library is old}",
    ),
    (Code.SETTING_NOT_FOR_KIND, "quota: 100k/day", "»insecure_unpushed_requests: {value: true, because: it is ours}"),
    (
        Code.PROFILE_CONTRADICTED,
        "    secret: ${env:SITE_SECRET}",
        "    profile: fapi2\n    »secret: ${env:SITE_SECRET}",
    ),
    (Code.UNKNOWN_DETAIL, "details: [payment]", "details: [»payments]"),
    (Code.DETAIL_WORDS, 'says: "Pay {sum.amount} to {to}"', 'says: »"Pay {amount} to {to}"'),
    (Code.DETAIL_WORDS, 'says: "Pay {sum.amount} to {to}"', 'says: »"Pay for {note}"'),
    (Code.DETAIL_WORDS, 'says: "Pay {sum.amount} to {to}"', 'says: »"Pay {"'),
    (Code.DETAIL_MEMBER, "{sum.amount: text,", "{»sum: text, sum.amount: text,"),
    (Code.DETAIL_MEMBER, "to: text,", "to: text, »type: text,"),
    (Code.DETAIL_MEMBER, "to: text,", "to: text, »cents: {type: number, one_of: [EUR]},"),
    (Code.UNKNOWN_SCOPE, "scope: orders.write\n    members", "scope: »orders.wrote\n    members"),
    (
        Code.DETAIL_WITHOUT_SCOPE,
        "scopes: [orders.read, orders.write]\n    details: [payment]",
        "scopes: [orders.read]\n    details: [»payment]",
    ),
    (Code.INSECURE_WITHOUT_REASON, "quota: 100k/day", "insecure_access_token_lifetime: »1h"),
    (Code.INSECURE_WITHOUT_REASON, "quota: 100k/day", "»insecure_access_token_lifetime: {value: 1h}"),
    (Code.KEY_SET_INVALID, "jwks_file: robot.json", "jwks_file: »nowhere.json"),
    (Code.KEY_SET_INVALID, "jwks_file: robot.json", "»jwks: {keys: []}"),
    (Code.KEYID_REPEATED, "  robot:", "  acme: {kind: partner, jwks_file: robot.json}\n" + PARTNER + "  robot:"),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", "certificate: {subject: »ledger}"),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", "certificate: {ip: »ledger.example}"),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", 'certificate: {dns: »"ledger example"}'),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", 'certificate: {subject: »"CN=ledger\\u200b"}'),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", "certificate: {file: »nowhere.pem}"),
    (Code.CERTIFICATE_INVALID, "jwks_file: robot.json", "jwks_file: »robot.json\n    credential: mtls"),
    (Code.SETTINGS_CONTRADICT, "jwks_file: robot.json", "»certificate: {dns: a.example, uri: 'urn:a'}"),
    (Code.SETTINGS_CONTRADICT, "jwks_file: robot.json", "»certificate: {}"),
    (Code.SETTINGS_CONTRADICT, "jwks_file: robot.json", "jwks_file: robot.json\n    »certificate: {dns: a.example}"),
    (Code.UNKNOWN_ROUTE, "state: state", GATEWAY + ", routes: [/v1, »/v2]}}"),
    (Code.UNKNOWN_ROUTE, "state: state", GATEWAY + ", routes: [GET /v1/chat, »GET /v1]}}"),
    (Code.UNKNOWN_VERSION, "state: state", GATEWAY + ", versions: [v1, »v2]}}"),
    (Code.UNKNOWN_VERSION, "state: state", GATEWAY + ", routes: [GET /v1/chat], versions: [v1, »v2.1]}}"),
    (Code.OUT_OF_RANGE, "state: state", GATEWAY + ", »versions: []}}"),
    (Code.CERTIFICATE_INVALID, "state: state", GATEWAY + ", client_certificates: {authorities: »nowhere.pem}}}"),
    (Code.CERTIFICATE_INVALID, "state: state", GATEWAY + ", client_certificates: {authorities: »robot.json}}}"),
    (Code.CERTIFICATE_INVALID, "state: state", GATEWAY + ", client_certificates: {»revoked: [robot.json]}}}"),
    (
        Code.SETTINGS_CONTRADICT,
        "state: state",
        "gateways: {own: {origin: https://a.example, listen: »127.0.0.1:9443}}",
    ),
    (
        Code.SETTINGS_CONTRADICT,
        "state: state",
        "gateways: {own: {listen: 127.0.0.1:9, origin: »https://api.example}}",
    ),
    (
        Code.SETTINGS_CONTRADICT,
        "state: state",
        "listen: 127.0.0.1:9\ngateways: {own: {origin: https://a.example, listen: »127.0.0.1:9}}",
    ),
    (Code.SETTINGS_CONTRADICT, "state: state", TWO_GATEWAYS.format("»127.0.0.1:9", "https://two.example")),
    (Code.SETTINGS_CONTRADICT, "state: state", TWO_GATEWAYS.format("127.0.0.1:10", "»https://one.example")),
    (Code.ROUTE_UNREACHABLE, "- {on: GET /v1/chat,", "- {on: GET /v1/chat, expose: »internal,"),
    (Code.OUT_OF_RANGE, "state: state", "internal_networks: [»::/0]"),
    (Code.KIND_NOT_SERVED, "  robot:", "  »ledger: {kind: service, certificate: {dns: a.example}}\n  robot:"),
    (Code.ACTS_FOR_NOBODY, "jwks_file: robot.json", "jwks_file: robot.json\n    »acts_for_people: true"),
    (
        Code.SETTINGS_CONTRADICT,
        "jwks_file: robot.json",
        "jwks_file: robot.json\n    »insecure_bound_subject_tokens: {value: true, because: it checks proofs}",
    ),
    (Code.KIND_NOT_SERVED, "  robot:", "  »ledger: {kind: service, credential: mtls}\n  robot:"),
    (
        Code.SETTINGS_CONTRADICT,
        "  site:\n",
        "  shop:\n    kind: web\n    redirect_uris: [https://api.example/]\n"
        "    »backchannel_logout_uri: https://shop.example/out\n  site:\n",
    ),
    (
        Code.REDIRECT_NOT_EXACT,
        "secret: ${env:SITE_SECRET}",
        "secret: ${env:SITE_SECRET}\n    backchannel_logout_uri: »http://site.example/out",
    ),
    (
        Code.REDIRECT_ELSEWHERE,
        "  site:\n",
        "  shop: {kind: web, redirect_uris: [»https://shop.example/]}\n  site:\n",
    ),
    (Code.SECRET_IN_CONTRACT, "secret: ${env:SITE_SECRET}", "secret: »kX2vQmS1nTqz8hUyYcWb7rPd"),
    (
        Code.SECRET_IN_CONTRACT,
        "master_key: ${file:/etc/ostiary/master}",
        "master_key: »AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    ),
    (Code.SECRET_IN_CONTRACT, "url: http://127.0.0.1:9002", "url: »http://door:pass@127.0.0.1:9002"),
    (Code.SECRET_IN_CONTRACT, "state: state", "store: »postgresql://door:pass@db.example/door"),
    (Code.SECRET_IN_CONTRACT, "state: state", "store: »postgresql://door@db.example/door?password=pass"),
    (Code.SECRET_IN_CONTRACT, "state: state", "state: »https://door:pass@db.example/door"),
    (Code.SECRET_IN_CONTRACT, "says: Place orders", "says: »-----BEGIN EC PRIVATE KEY----- abc"),
    (Code.SECRET_IN_CONTRACT, "state: state", "state: state # as »postgresql://door:pass@db.example/door"),
    (Code.SECRET_IN_CONTRACT, "says: Place orders", "says: »AKIA0123456789ABCDEF"),
    (Code.SECRET_IN_CONTRACT, "jwks_file: robot.json", "»jwks: {keys: [{kty: oct, k: c2VjcmV0}]}"),
    (Code.SECRET_UNREADABLE, "secret: ${env:SITE_SECRET}", "secret: »${env:OTHER_SECRET}"),
    (Code.SECRET_UNREADABLE, "secret: ${env:SITE_SECRET}", "secret: »${vault:SITE_SECRET}"),
    (Code.OPENAPI_UNREADABLE, "openapi: shop.yaml", "openapi: »nowhere.yaml"),
    (Code.OPENAPI_UNREADABLE, "openapi: shop.yaml", "openapi: »robot.json"),
    (Code.RULE_WITHOUT_OPERATION, CHAT, CHAT + "\n  - {on: »PUT /v1/orders, to: shop, scope: orders.read}"),
    (Code.RULE_WITHOUT_OPERATION, "closed: [DELETE /v1/orders]", "closed: [DELETE /v1/orders, »PUT /v1/orders]"),
    (Code.STEP_UP_UNREACHABLE, "acr: pwd", "acr: »mfa"),
    (Code.MASTER_KEY_IN_STATE, "${file:/etc/ostiary/master}", "»${file:state/keys/master}"),
    (Code.MASTER_KEY_IN_STATE, "${file:/etc/ostiary/master}", "»${file:./x/../state/master}"),
    (
        Code.MASTER_KEY_MISSING,
        "origin: https://api.example\n" + TLS + "master_key: ${file:/etc/ostiary/master}",
        "origin: »https://api.example\n" + TLS,
    ),
    (Code.MASTER_KEY_MALFORMED, "${file:/etc/ostiary/master}", "»${env:SITE_SECRET}"),
    (Code.STORE_MALFORMED, "state: state", "store: »${env:SITE_SECRET}"),
    (
        Code.TLS_MISSING,
        "origin: https://api.example\ntls: {certificate: door.pem, key: door.key}",
        "origin: »https://api.example",
    ),
]


def test_an_app_that_says_which_instances_are_its_own_has_no_mistake() -> None:
    """The twin of those above."""
    droid = DROID.format(", security_level: strongbox, patch_level: 2026-05", "status.json")
    for attest in (IOS.format("", ", lifetime: 24h"), droid):
        text = TEXT.replace("  robot:", ATTESTED.format(attest))
        assert read_door(text, {**FILES, "status.json": '{"entries": {}}'}).mistakes == ()


def test_the_door_s_contract_has_no_mistake() -> None:
    reading = read_door()
    assert reading.mistakes == ()
    assert reading.starts


@pytest.mark.parametrize(("code", "right", "wrong"), CASES)
def test_a_mistake_is_found_at_its_place(code: Code, right: str, wrong: str) -> None:
    text, place = changed(TEXT, right, wrong)
    reading = read_door(text)
    assert place in of_code(reading.mistakes, code)
    assert {mistake.file for mistake in reading.mistakes} == {"door.yaml"}
    if code.severity is Severity.ERROR:
        assert reading.contract is None
    else:
        assert reading.contract is not None
        assert reading.starts is (code is not Code.SECRET_UNREADABLE)


BOUNDS = [
    ("feed_bound: 5s", "feed_bound: 60s"),
    ("feed_bound: 5s", "audit_bound: 60s"),
    ("rotate: 90d", "rotate: 1h"),
    ("idle: 1h", "idle: 12h"),
    ("on: GET /v1/chat,", "on: GET /v1/chat/,"),
    ("quota: 100k/day", "quota: 100k/day\n    access_token_lifetime: 10m"),
    ("quota: 100k/day", "quota: 100k/day\n    insecure_access_token_lifetime: {value: 24h, because: nobody waits}"),
    ("refresh_idle: 7d", "refresh_idle: 14d"),
    ("refresh_idle: 7d", "insecure_refresh_idle: {value: 365d, because: readers rest}"),
    ("refresh_idle: 7d", "insecure_refresh_absolute: {value: 1825d, because: readers rest}"),
    ("state: state", TWO_GATEWAYS.format("127.0.0.1:10", "https://two.example")),
    ("to: text,", "to: text, coins: {type: texts, one_of: [EUR]},"),
    ("origins: [https://pages.example]", "origins: [https://192.0.2.1]"),
    ("origins: [https://pages.example]", "origins: [https://pages.0x1y]"),
    ("origins: [https://pages.example]", 'origins: ["https://[2001:db8::1]"]'),
    ("  robot:", PHONE.format("{version: 2.5.0, since: 2027-04-01, sunset: 2027-04-01}")),
]


@pytest.mark.parametrize(("right", "bound"), BOUNDS)
def test_what_is_at_its_bound_is_no_mistake(right: str, bound: str) -> None:
    assert right in TEXT
    assert read_door(TEXT.replace(right, bound, 1)).mistakes == ()


@pytest.mark.parametrize(
    ("uri", "kind", "right"),
    [
        ("com.example.app:/callback", Kind.MOBILE, True),
        ("com.example.app://ada@host/callback", Kind.MOBILE, False),
        ("Com.example.app:/callback", Kind.MOBILE, False),
        ("app:/callback", Kind.MOBILE, False),
        ("com.example.app:callback", Kind.MOBILE, False),
        ("1.example.app:/callback", Kind.MOBILE, False),
        ("com.example.app:/callback", Kind.SPA, False),
        ("https://app.example/callback", Kind.SPA, True),
        ("https://ada@app.example/callback", Kind.SPA, False),
        ("//app.example/callback", Kind.MOBILE, False),
        ("/callback", Kind.MOBILE, False),
        ("?com.example.app:/callback", Kind.MOBILE, False),
        ("http://127.0.0.1/callback", Kind.MOBILE, True),
        ("http://127.0.0.2.example/callback", Kind.MOBILE, False),
        ("https://app.example/a/%2e%2E/b", Kind.SPA, False),
    ],
)
def test_an_address_to_come_back_to_is_one_in_one_spelling(uri: str, kind: Kind, right: bool) -> None:
    """RFC 9700 section 2.1, RFC 8252 section 7.1."""
    assert (redirect_fault(uri, kind) is None) is right
