"""RFC 7592: a client reads, changes and ends its registration."""

from typing import Any

import pytest

from ostiary.model.events.registration import RegistrationChanged, RegistrationEnded
from ostiary.model.feed import ClientRevoked, RegisteredClientsChanged
from ostiary.model.ids import ClientId
from ostiary.model.reasons import Reason
from registration_world import BACK, INITIAL, PUBLIC, RegistrationWorld
from token_world import refused

OTHER = "https://book.example/other"


def test_2_1_reading_gives_what_is_registered_and_no_secret(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    answer = open_door.at(known)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    hidden = {name: value for name, value in known.items() if not name.startswith("client_secret")}
    assert answer.json() == hidden


def test_2_2_an_update_replaces_all(open_door: RegistrationWorld) -> None:
    known = open_door.registered(**PUBLIC)
    answer = open_door.update(known, **PUBLIC, redirect_uris=[OTHER], client_name=None, scope="openid")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["redirect_uris"], told["scope"], "client_name" in told) == ([OTHER], "openid", False)
    assert told["registration_access_token"] == known["registration_access_token"]
    assert open_door.pushes(told, scope="openid").status_code == 201
    assert refused(open_door, open_door.pushes(known, scope="openid"))[2] is Reason.REDIRECT_URI_MISMATCH
    [event] = open_door.events_of(RegistrationChanged)
    assert (event.client, event.scopes) == (known["client_id"], ("openid",))


def test_2_2_the_secret_stays_unless_the_method_changes(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    kept = open_door.update(known, client_secret=known["client_secret"])
    assert (kept.status_code, "client_secret" in kept.json()) == (200, False)
    assert open_door.pushes(known).status_code == 201
    public = open_door.update(known, **PUBLIC)
    assert public.status_code == 200
    assert open_door.pushes(public.json()).status_code == 201
    assert refused(open_door, open_door.pushes(known)) == (401, "invalid_client", Reason.CLIENT_AUTH_METHOD)
    again = open_door.update(known)
    assert open_door.pushes(again.json()).status_code == 201
    assert refused(open_door, open_door.pushes(known)) == (401, "invalid_client", Reason.CLIENT_SECRET_WRONG)


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": None},
        {"client_id": "site"},
        {"client_secret": "a secret of its own choice, long enough"},
        {"registration_access_token": "whatever"},
        {"registration_client_uri": "https://api.example/elsewhere"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
        {"grant_types": ["client_credentials"]},
    ],
)
def test_2_2_what_is_not_the_clients_to_say_is_refused(open_door: RegistrationWorld, changes: dict[str, Any]) -> None:
    known = open_door.registered()
    assert refused(open_door, open_door.update(known, **changes))[:2] == (400, "invalid_client_metadata")
    assert open_door.update(known).status_code == 200


def test_2_2_an_update_needs_redirect_uris_as_a_registration_does(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    assert refused(open_door, open_door.update(known, redirect_uris=None))[:2] == (400, "invalid_redirect_uri")
    assert open_door.update(known, redirect_uris=[BACK]).status_code == 200


def test_2_3_what_was_ended_is_gone(open_door: RegistrationWorld) -> None:
    known, other = open_door.registered(), open_door.registered()
    ended = open_door.at(known, "DELETE")
    assert (ended.status_code, ended.content) == (204, b"")
    assert refused(open_door, open_door.at(known)) == (401, "invalid_token", Reason.REGISTRATION_TOKEN_UNKNOWN)
    assert refused(open_door, open_door.update(known))[2] is Reason.REGISTRATION_TOKEN_UNKNOWN
    assert refused(open_door, open_door.at(known, "DELETE"))[2] is Reason.REGISTRATION_TOKEN_UNKNOWN
    assert refused(open_door, open_door.pushes(known)) == (401, "invalid_client", Reason.CLIENT_UNKNOWN)
    assert open_door.pushes(other).status_code == 201
    [event] = open_door.events_of(RegistrationEnded)
    assert event.client == known["client_id"]
    over = [open_door.run(open_door.store.client_disabled_at(ClientId(each["client_id"]))) for each in (known, other)]
    assert over == [int(open_door.now), None], "its name is never another's"
    fed = [each.event for each in open_door.run(open_door.store.feed_since(0))]
    assert [type(each) for each in fed[-2:]] == [ClientRevoked, RegisteredClientsChanged]


def test_3_the_initial_access_token_is_none_of_the_registration(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    assert refused(open_door, open_door.at(known, token=INITIAL)) == (
        401,
        "invalid_token",
        Reason.REGISTRATION_TOKEN_UNKNOWN,
    )
    assert open_door.at(known).status_code == 200


def test_rfc9110_13_1_1_an_update_is_of_the_version_that_it_names(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    first = open_door.at(known).headers["etag"]
    assert open_door.update(known, if_match=first, client_name="One").status_code == 200
    answer = open_door.update(known, if_match=first, client_name="Two")
    assert refused(open_door, answer) == (412, "precondition_failed", Reason.REGISTRATION_CHANGED)
    second = open_door.at(known)
    assert (second.headers["etag"] != first, second.json()["client_name"]) == (True, "One")
    assert open_door.update(known, if_match=f'"x", {second.headers["etag"]}', client_name="Two").status_code == 200
    assert open_door.update(known, if_match="*", client_name="Three").status_code == 200


def test_rfc9110_13_1_1_what_ends_is_the_version_that_it_names(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    path = known["registration_client_uri"].removeprefix(open_door.desk.registry.issuer)
    token, first = known["registration_access_token"], open_door.at(known).headers["etag"]
    assert open_door.update(known, client_name="One").status_code == 200
    answer = open_door.sent("DELETE", path, token, if_match=first)
    assert refused(open_door, answer) == (412, "precondition_failed", Reason.REGISTRATION_CHANGED)
    second = open_door.at(known).headers["etag"]
    assert open_door.sent("DELETE", path, token, if_match=second).status_code == 204


def test_2_3_nothing_ends_where_the_contract_lets_nobody_register(open_door: RegistrationWorld) -> None:
    known = open_door.registered()
    open_door.close_registration()
    answer = open_door.at(known, "DELETE")
    assert refused(open_door, answer) == (404, "not_found", Reason.REGISTRATION_CLOSED)
    open_door.open()
    assert open_door.at(known, "DELETE").status_code == 204


def test_2_2_of_two_updates_at_once_one_is_told_so(open_door: RegistrationWorld) -> None:
    known = open_door.registered(**PUBLIC)
    answers = open_door.together(*(open_door.updating(known) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    [kept] = [answer.json() for answer in answers if answer.status_code == 200]
    assert open_door.pushes({**known, **kept}).status_code == 201
