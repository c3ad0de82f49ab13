"""An event's picture on the site: asked in full, shown to those who may see the event."""

from io import BytesIO

import pytest
from flask.testing import FlaskClient

from tests.events.test_pictures import EPS, picture
from tests.web.conftest import SignedIn, csrf_of
from tests.web.test_register_dates import register

SAID = {"alt_nl": "Danser boven een stoel", "holder": "Foto Jansen", "license": "press-use"}


@pytest.fixture
def korzo(signed_in: SignedIn) -> FlaskClient:
    return signed_in("e@korzo.example", institutions=("korzo",))


def send(client: FlaskClient, event: str, content: bytes | None, **more: str):  # type: ignore[no-untyped-def]
    data: dict[str, object] = {"csrf_token": csrf_of(client.get("/").text), **SAID, **more}
    if content is not None:
        data["picture"] = (BytesIO(content), "foto.jpg")
    return client.post(f"/events/{event}/picture", data=data)


def files(page: str) -> list[str]:
    import re

    return sorted(set(re.findall(r"/pictures/[a-z2-7]{12}-\d+\.jpg", page)))


def test_a_picture_is_shown_to_those_who_may_see_its_event(
    korzo: FlaskClient, client: FlaskClient
) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="sealed")
    assert send(korzo, event, picture(1000, 500)).status_code == 303
    page = korzo.get(f"/events/{event}", follow_redirects=True).text
    assert 'alt="Danser boven een stoel"' in page and "Foto Jansen" in page
    addresses = files(page)
    assert len(addresses) == 3
    for address in addresses:
        own = korzo.get(address)
        assert own.status_code == 200 and own.content_type == "image/jpeg"
        assert own.headers["Cache-Control"] == "private, no-store"
        assert client.get(address).status_code == 404
    # Another picture has other addresses; the old ones are gone.
    send(korzo, event, picture(1000, 400))
    again = files(korzo.get(f"/events/{event}", follow_redirects=True).text)
    assert set(again).isdisjoint(addresses)
    assert korzo.get(addresses[0]).status_code == 404
    send(korzo, event, None, do="remove")
    assert korzo.get(again[0]).status_code == 404


def test_all_three_are_asked_and_nothing_typed_is_lost(korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-03-12")
    answer = send(korzo, event, picture(), alt_nl="", license="mine")
    assert answer.status_code == 422
    for says in ("voor wie het niet kan zien", "Kies hoe de afbeelding", 'value="Foto Jansen"'):
        assert says in answer.text
    assert "/pictures/" not in korzo.get(f"/events/{event}", follow_redirects=True).text


@pytest.mark.parametrize("content", [EPS, b"", b"<html>"])
def test_what_is_no_picture_is_named(content: bytes, korzo: FlaskClient) -> None:
    event = register(korzo, starts_on="2027-03-12")
    answer = send(korzo, event, content)
    assert answer.status_code == 422 and "JPEG, PNG" in answer.text


def test_another_institution_cannot(korzo: FlaskClient, signed_in: SignedIn) -> None:
    event = register(korzo, starts_on="2027-03-12", planning="confirmed", visibility="public")
    other = signed_in("o@x.example", institutions=("mauritshuis",))
    assert send(other, event, picture()).status_code == 403
    assert other.get(f"/events/{event}/picture").status_code == 403
