"""What people see of a client that registered itself (OpenID Connect Dynamic Client Registration 1.0 section 2)."""

import pytest

from registration_world import RegistrationWorld


@pytest.mark.parametrize("member", ["policy_uri", "tos_uri", "client_uri"])
def test_2_links_of_a_stranger_are_not_shown_and_not_said_to_be(open_door: RegistrationWorld, member: str) -> None:
    link = "https://book.example/our-own-words"
    known = open_door.registered(**{member: link})
    assert member not in known
    _, page = open_door.consent_page(known)
    assert known["client_name"] in page.text
    assert link not in page.text
