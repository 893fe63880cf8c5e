"""What is revoked while a token or a session is in the making does not live on in it, and clocks that are apart or set
back neither keep what is dead alive nor shut anybody out."""

from dataclasses import replace

import pytest

from issuer_world import GRACE, IssuerWorld, authorization, told
from ostiary.gateway.revocation import Revocations
from ostiary.issuer.records import DisableClient
from ostiary.model.feed import ClientRevoked, FeedEvent, Numbered, SubjectChanged
from ostiary.model.ids import ClientId, Secret, SessionId, Subject, TokenId
from ostiary.model.plan import Plan
from ostiary.people.records import EndSession
from token_world import START, TokenWorld


@pytest.mark.parametrize(("changed_at", "lives"), [(START - 1, True), (START, False)])
def test_a_token_that_was_made_while_its_person_changed(world: TokenWorld, changed_at: int, lives: bool) -> None:
    """The token's facts were loaded just before the change was committed, and its time read just after the time of the
    change: it is younger than the change, and rests on a sign-in that is not."""
    code = world.code()
    world.later(2)
    token = world.exchange(code).json()["access_token"]
    world.change_person(changed_at=changed_at)
    assert world.active(token) is lives
    assert world.userinfo(token).status_code == (200 if lives else 401)


@pytest.mark.parametrize(("client", "lives"), [("site", False), ("other", True)])
def test_a_token_that_was_made_while_its_client_was_revoked(world: TokenWorld, client: str, lives: bool) -> None:
    token = world.tokens("site")["access_token"]
    world.commit(Plan(writes=(DisableClient(ClientId(client), START - 5),)))
    assert (world.userinfo(token).status_code == 200) is lives


@pytest.mark.parametrize(
    ("event", "refuses"),
    [
        (SubjectChanged(Subject("ada"), before=START, until=START + 600), True),
        (SubjectChanged(Subject("ada"), before=START - 1, until=START + 600), False),
        (SubjectChanged(Subject("bob"), before=START, until=START + 600), False),
        (ClientRevoked(ClientId("site"), until=START + 600), True),
        (ClientRevoked(ClientId("other"), until=START + 600), False),
    ],
)
def test_the_gateways_judge_such_a_token_by_its_sign_in(event: FeedEvent, refuses: bool) -> None:
    revocations = Revocations()
    revocations.apply([Numbered(1, event)])
    token, session = TokenId("t"), SessionId("s")
    assert revocations.refuses(token, (ClientId("site"),), Subject("ada"), START, None, session) is refuses


@pytest.mark.parametrize("ahead", [0, 3600])
def test_who_changed_signs_in_at_once_wherever_the_clock_stands(issuer: IssuerWorld, ahead: int) -> None:
    """In the second of the change, and after the clock was an hour ahead when it was made."""
    browser = issuer.browser()
    before = issuer.redeem(told(browser.sign_in("site")))
    changed = replace(issuer.known(GRACE.subject), changed_at=int(issuer.now) + ahead)
    issuer.change(changed)
    assert issuer.userinfo(before["access_token"]).status_code == 401
    after = issuer.redeem(told(browser.sign_in("site")))
    assert issuer.userinfo(after["access_token"]).status_code == 200
    assert told(browser.open(authorization(prompt="none"))).code


def test_a_session_that_ends_while_its_person_signs_in_anew_stays_ended(
    issuer: IssuerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = issuer.browser()
    before = issuer.redeem(told(browser.sign_in("site")))
    ended = issuer.claims(before["access_token"])["sid"]
    check = issuer.desk.passwords.right

    async def right_while_signing_out(password: Secret, hash: str) -> bool:
        await issuer.store.commit(Plan(writes=(EndSession(SessionId(ended), int(issuer.now)),)))
        return await check(password, hash)

    monkeypatch.setattr(issuer.desk.passwords, "right", right_while_signing_out)
    after = issuer.redeem(told(browser.sign_in("site", prompt="login")))
    assert issuer.claims(after["access_token"])["sid"] != ended
    assert issuer.userinfo(before["access_token"]).status_code == 401
    assert issuer.refresh(before["refresh_token"]).status_code == 400
    assert issuer.userinfo(after["access_token"]).status_code == 200
    assert issuer.refresh(after["refresh_token"]).status_code == 200
