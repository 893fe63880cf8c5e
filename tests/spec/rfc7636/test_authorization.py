"""PKCE at the authorization endpoint (RFC 7636 section 4.4.1): S256 for every client, or no page at all."""

import pytest

from issuer_world import IssuerWorld, asking, authorization, is_page, told
from ostiary.model import endpoints
from ostiary.model.events.issuer import IssuerRefused
from ostiary.model.reasons import Reason
from token_world import VERIFIER


@pytest.mark.parametrize("client", ["site", "agency", "reader", "pages"])
@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None},
        {"code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": "s256"},
        {"code_challenge": None, "code_challenge_method": None},
    ],
)
def test_4_4_1_a_request_without_an_s256_challenge_is_refused_for_every_kind_of_client(
    issuer: IssuerWorld, client: str, changes: dict[str, str | None]
) -> None:
    """Also where the request is pushed."""
    rule = issuer.desk.registry.client(client)
    assert rule is not None
    if rule.profile.pushed_requests:
        error = issuer.post(endpoints.PAR, asking(client, **changes), client).json()["error"]
    else:
        error = told(issuer.browser().open(authorization(client, **changes))).error
    assert error == "invalid_request"
    assert issuer.events_of(IssuerRefused)[0].reason is Reason.PKCE_MISSING
    assert is_page(issuer.browser().open(authorization(client)))


@pytest.mark.parametrize("challenge", ["A" * 42, "A" * 44, "A" * 42 + "=", "A" * 42 + "+", VERIFIER + "~"])
def test_4_2_a_challenge_is_the_base64url_of_a_sha256(issuer: IssuerWorld, challenge: str) -> None:
    assert told(issuer.browser().open(authorization(code_challenge=challenge))).error == "invalid_request"


def test_4_6_a_code_is_good_for_its_own_verifier_alone(issuer: IssuerWorld) -> None:
    answer = told(issuer.browser().sign_in("site"))
    assert issuer.exchange(answer.code, code_verifier="B" * 43).status_code == 400
    assert issuer.exchange(answer.code).status_code == 200
