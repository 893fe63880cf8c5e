"""Whatever contract is accepted can be put in force: no gateway and no issuer ever meets one that it cannot compile."""

import pickle

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from contract_door import TEXT, read_door
from ostiary.contract.model import Contract
from ostiary.gateway.compile import Facts
from ostiary.gateway.decide import Gateway
from ostiary.gateway.identify.api_keys import ApiKeys
from ostiary.gateway.identify.trust import Trust
from ostiary.gateway.limits import Table
from ostiary.gateway.revocation import Revocations
from ostiary.issuer.registry import read_contract
from ostiary.keys.keyset import KeySet
from used_proofs import proofs

SEGMENTS = st.text("ab.~-_!$&'()+,;=:@", min_size=1, max_size=4) | st.sampled_from(["{p2}", "{p3}", "x", "y"])
PATHS = st.lists(SEGMENTS, max_size=3, unique=True).map(lambda segments: "/".join(["{p1}", *segments]))
METHODS = st.sampled_from(["GET", "HEAD", "POST", "OPTIONS", "DELETE", "QUERY", "X"])
RATES = st.builds(
    "{}{}/{}".format, st.integers(1, 10**9), st.sampled_from(["", "k", "M"]), st.sampled_from(["s", "m", "day"])
)
LIMITS = st.builds(
    "{{per: {}, rate: {}, burst: {}}}".format,
    st.sampled_from(["person", "client", "tenant", "ip"]),
    RATES,
    st.integers(1, 10**9),
)
FACTS = st.sampled_from(["p1", "path.p1", "query.a-b", "body.a.b", "claims.sub", "claims.tenant"])
RULES = st.fixed_dictionaries(
    {},
    optional={
        "owner": FACTS,
        "tenant": FACTS,
        "roles": st.sampled_from(["[customer]", "[support]"]),
        "limit": LIMITS | st.lists(LIMITS, max_size=3).map(lambda limits: f"[{', '.join(limits)}]"),
        "bounds": st.sampled_from(["{request_line: 1KiB}", "{header_bytes: 64KiB}", "{body: 0B}", "{body: 2GiB}"]),
        "timeouts": st.sampled_from(["{idle: 1h}", "{connect: 1ms}"]),
        "step_up": st.sampled_from(["{max_age: 5m}", "{acr: pwd}", "{}"]),
        "kinds": st.sampled_from(["[spa]", "[web, spa]"]),
    },
)


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """The door's, with a few routes more. A route that is a mistake makes the whole none."""
    text = TEXT
    for number in range(draw(st.integers(1, 3))):
        rules = "".join(f", {name}: {value}" for name, value in draw(RULES).items())
        text += f'  - {{on: "{draw(METHODS)} /r{number}/{draw(PATHS)}", to: chat, scope: orders.read{rules}}}\n'
    contract = read_door(text).contract
    event("accepted" if contract else "refused")
    assume(contract is not None)
    assert contract is not None
    return contract


@given(contracts())
@settings(max_examples=100, deadline=None)
def test_an_accepted_contract_compiles_and_travels(contract: Contract) -> None:
    assert pickle.loads(pickle.dumps(contract)) == contract
    trust = Trust.of(contract, KeySet({}), Revocations(), proofs(), ApiKeys())
    Gateway(contract, Facts(trust, Table(memoryview(bytearray(1024))), lambda claims: ""))
    read_contract(contract)
