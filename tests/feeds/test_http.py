"""feeds.md, HTTP: headers and conditional requests on raw answers; the subscribe page."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from calendar_app.feeds.copies import Copies
from calendar_app.feeds.validators import http_date
from calendar_app.web import create_app
from calendar_app.workflow.publish import keep_copies
from tests.feeds.conftest import Publish
from tests.web.conftest import Clock, SignedIn, signed_in  # noqa: F401

CANARY = "Kanariegeel"
PATHS = ["/feeds/all.ics", "/en/feeds/all.ics", "/feeds/region/haaglanden.ics",
         "/feeds/institution/korzo.ics", "/feeds/kind/concert.ics", "/feeds/discipline/music.ics",
         "/feeds/audience/general.ics", "/feeds/theme/science-art.ics"]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_a_feed_is_text_calendar_inline_public_and_cookieless(
    client: FlaskClient, publish: Publish, path: str
) -> None:
    publish(themes=("science-art",))
    answer = client.get(path)
    assert answer.status_code == 200
    headers = answer.headers
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"].startswith("inline")
    assert headers["Vary"] == "Accept-Encoding"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert headers["Cache-Control"].startswith("public, max-age=300, stale-while-revalidate=60")
    assert "stale-if-error" in headers["Cache-Control"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', headers["ETag"])
    assert "Set-Cookie" not in headers and "Content-Encoding" not in headers
    assert len(icalendar.Calendar.from_ical(answer.data).walk("VEVENT")) == 1


def test_an_empty_feed_is_a_whole_calendar(client: FlaskClient, publish: Publish) -> None:
    answer = client.get("/feeds/kind/film.ics")
    assert answer.status_code == 200 and b"BEGIN:VTIMEZONE" in answer.data
    assert b"BEGIN:VEVENT" not in answer.data


def test_who_is_signed_in_gets_the_same_public_bytes(
    client: FlaskClient, publish: Publish, signed_in: SignedIn  # noqa: F811
) -> None:  # fmt: skip
    publish(title_nl=CANARY, visibility="partners")
    inside = signed_in("e@x.example", institutions=("korzo",))
    for path in PATHS:
        one, other = client.get(path), inside.get(path)
        assert (one.data, one.headers["ETag"]) == (other.data, other.headers["ETag"])
        assert "Cookie" not in other.headers["Vary"] and "Set-Cookie" not in other.headers
        assert CANARY not in other.text


def test_head_is_get(client: FlaskClient, publish: Publish) -> None:
    got, head = client.get("/feeds/all.ics"), client.head("/feeds/all.ics")
    assert head.status_code == 200 and head.data == b""
    assert dict(head.headers) == dict(got.headers)


def test_no_content_negotiation_and_a_stray_authorization_is_ignored(
    client: FlaskClient, publish: Publish
) -> None:
    plain = client.get("/feeds/all.ics")
    odd = client.get(
        "/feeds/all.ics?x=1",
        headers={"Accept": "application/json", "Authorization": "Bearer x", "Accept-Language": "en",
                 "Cookie": "session=forged"},
    )  # fmt: skip
    assert (odd.status_code, odd.data) == (200, plain.data)


def test_304_for_a_known_etag_costs_one_query(
    client: FlaskClient, publish: Publish, sessions: sessionmaker[Session]
) -> None:
    publish()
    tag = client.get("/feeds/all.ics").headers["ETag"]
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    sqlalchemy_event.listen(sessions.kw["bind"], "before_cursor_execute", note)
    answer = client.get("/feeds/all.ics", headers={"If-None-Match": f'"x", W/{tag}'})
    assert answer.status_code == 304 and answer.data == b""
    assert answer.headers["ETag"] == tag and answer.headers["Vary"] == "Accept-Encoding"
    assert "Cache-Control" in answer.headers and "Content-Type" not in answer.headers
    assert len(statements) == 1
    # And a 200 that nothing changed is joined from memory.
    assert client.get("/feeds/all.ics").status_code == 200
    assert len(statements) == 2
    assert client.get("/feeds/all.ics", headers={"If-None-Match": "*"}).status_code == 304


def test_gzip_only_if_asked_with_an_etag_of_its_own(client: FlaskClient, publish: Publish) -> None:
    publish()
    plain = client.get("/feeds/all.ics")
    packed = client.get("/feeds/all.ics", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert packed.headers["ETag"] != plain.headers["ETag"]
    tag = packed.headers["ETag"]
    both = {"Accept-Encoding": "gzip", "If-None-Match": tag}
    assert client.get("/feeds/all.ics", headers=both).status_code == 304
    # The other encoding is another representation.
    assert client.get("/feeds/all.ics", headers={"If-None-Match": tag}).status_code == 200


def test_last_modified_and_if_modified_since(
    client: FlaskClient, publish: Publish, clock: Clock
) -> None:
    publish()
    at = clock.now
    clock.now += timedelta(minutes=5)
    told = client.get("/feeds/all.ics").headers["Last-Modified"]
    assert told == http_date(at)
    since = {"If-Modified-Since": told}
    assert client.get("/feeds/all.ics", headers=since).status_code == 304
    publish(at=clock.now)
    assert client.get("/feeds/all.ics", headers=since).status_code == 200


def test_a_write_shows_at_the_next_request(client: FlaskClient, publish: Publish) -> None:
    publish()
    before = client.get("/feeds/all.ics")
    publish(title_nl="Octet")
    after = client.get("/feeds/all.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and "Octet" in after.text


def test_max_age_ends_when_an_embargo_lifts(
    client: FlaskClient, publish: Publish, clock: Clock
) -> None:
    publish(title_nl=CANARY, public_at=clock.now + timedelta(seconds=42))
    before = client.get("/feeds/all.ics")
    assert "max-age=42," in before.headers["Cache-Control"] and CANARY not in before.text
    clock.now += timedelta(seconds=42)
    after = client.get("/feeds/all.ics", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and CANARY in after.text


@pytest.mark.parametrize(
    "path",
    ["/feeds/region/nowhere.ics", "/feeds/no/such.ics", "/feeds/all", "/feeds/all.ics/",
     "/feeds//all.ics", "/feeds/private/x.ics", "/feeds/region/" + "a" * 90 + ".ics",
     "/feeds/region/%00.ics", "/feeds/region/é.ics", "/feeds/.ics", "/events/aaaaaaaaaaaa.ics",
     "/events/aaaaaaaaaaa!.ics", "/en/feeds/kind/x'--.ics"],
)  # fmt: skip
def test_no_such_feed_is_404_as_plain_text(client: FlaskClient, app: Flask, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert answer.mimetype == "text/plain"
    assert "Set-Cookie" not in answer.headers


def test_other_methods_are_refused_and_other_origins_may_ask(
    client: FlaskClient, publish: Publish
) -> None:
    assert client.put("/feeds/all.ics").status_code in (400, 405)
    leave = client.options("/feeds/all.ics")
    assert leave.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in leave.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Origin" not in client.get("/subscribe").headers


def test_a_single_event_to_take_along(client: FlaskClient, publish: Publish) -> None:
    public_id = publish(title_en="String quartet").public_id
    answer = client.get(f"/events/{public_id}.ics")
    assert answer.status_code == 200
    assert b"METHOD:PUBLISH" in answer.data and b"X-WR-CALNAME" not in answer.data
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Vary"] == "Accept-Encoding" and "Set-Cookie" not in answer.headers
    [in_feed] = icalendar.Calendar.from_ical(client.get("/feeds/all.ics").data).walk("VEVENT")
    [alone] = icalendar.Calendar.from_ical(answer.data).walk("VEVENT")
    assert alone == in_feed
    assert "String quartet" in client.get(f"/en/events/{public_id}.ics").text
    same = {"If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/events/{public_id}.ics", headers=same).status_code == 304


@pytest.mark.parametrize(
    "hidden",
    [{"visibility": "sealed"}, {"visibility": "coordinators"}, {"visibility": "partners"},
     {"planning": "option"}, {"planning": "idea"}],
)  # fmt: skip
def test_a_hidden_event_looks_like_an_unknown_one(
    client: FlaskClient, publish: Publish, signed_in: SignedIn, hidden: dict[str, str]  # noqa: F811
) -> None:  # fmt: skip
    public_id = publish(title_nl=CANARY, **hidden).public_id
    for one in (client, signed_in("e@x.example", institutions=("korzo",))):
        answer, unknown = one.get(f"/events/{public_id}.ics"), one.get("/events/aaaaaaaaaaaa.ics")
        assert (answer.status_code, answer.data) == (404, unknown.data)


@contextmanager
def broken(sessions: sessionmaker[Session]) -> Iterator[None]:
    """A database that answers nothing."""

    def refuse(*_: object) -> None:
        raise OperationalError("select", {}, Exception("gone"))

    bind = sessions.kw["bind"]
    sqlalchemy_event.listen(bind, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        sqlalchemy_event.remove(bind, "before_cursor_execute", refuse)


def test_a_database_fault_gives_the_last_good_copy(
    client: FlaskClient, publish: Publish, sessions: sessionmaker[Session], app: Flask
) -> None:
    publish()
    good = client.get("/feeds/all.ics")
    with broken(sessions):
        answer = client.get("/feeds/all.ics")
        packed = client.get("/feeds/all.ics", headers={"Accept-Encoding": "gzip"})
        never_read = client.get("/feeds/kind/film.ics")
        # Another process, that never served it, has the same copy.
        other = create_app(
            {"INSTANCE_DIR": app.instance_path, "SECRET_KEY": "x", "BASE_URL": "http://localhost"},
            sessions=sessions,
        ).test_client()
        assert other.get("/feeds/all.ics").data == good.data
    assert (answer.status_code, answer.data) == (200, good.data)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert gzip.decompress(packed.data) == good.data
    # Never an error page with 200, never an empty calendar.
    assert never_read.status_code == 503 and "Retry-After" in never_read.headers
    assert never_read.mimetype == "text/plain"
    assert client.get("/feeds/all.ics").headers["ETag"] == good.headers["ETag"]


def test_what_nobody_has_asked_for_yet_is_answered_without_a_database(
    client: FlaskClient, publish: Publish, sessions: sessionmaker[Session], app: Flask, clock: Clock
) -> None:  # fmt: skip
    shown = publish(title_nl="Strijkkwartet met een lange naam, die over meer dan een regel loopt")
    sealed = publish(title_nl=CANARY, visibility="sealed")
    copies = Copies(Path(app.instance_path, "feeds"))
    # Everything and the regions come first; the rest goes the same way.
    told = iter([False] * 6)
    made = keep_copies(sessions, copies, clock.now, "http://localhost", lambda: next(told, True))
    assert made == 6
    good = client.get(f"/en/events/{shown.public_id}.ics").data
    with broken(sessions):
        for path in ("region/haaglanden", "region/rijnland"):
            answer = client.get(f"/feeds/{path}.ics")
            assert answer.status_code == 200 and CANARY.encode() not in answer.data, path
        alone = client.get(f"/en/events/{shown.public_id}.ics")
        assert (alone.status_code, alone.data) == (200, good)
        for unknown in (sealed.public_id, "aaaaaaaaaaaa"):
            answer = client.get(f"/events/{unknown}.ics")
            assert answer.status_code == 503 and "Retry-After" in answer.headers


def test_a_full_disk_costs_the_copy_not_the_answer(
    client: FlaskClient, publish: Publish, app: Flask
) -> None:
    Path(app.instance_path, "feeds").write_text("in the way")
    assert client.get("/feeds/all.ics").status_code == 200


class TestSubscribe:
    def page(self, client: FlaskClient, path: str = "/subscribe") -> str:
        answer = client.get(path)
        assert answer.status_code == 200
        return answer.text.replace("&amp;", "&")

    @pytest.mark.parametrize("prefix", ["", "/en"])
    def test_links_for_each_program_lead_to_the_feed(
        self, client: FlaskClient, publish: Publish, prefix: str
    ) -> None:
        publish()
        page = self.page(client, f"{prefix}/subscribe?region=haaglanden")
        feed = f"http://localhost{prefix}/feeds/region/haaglanden.ics"
        webcal = feed.replace("http:", "webcal:")
        links = re.findall(r'href="([^"]+)"', page)
        assert webcal in links and f'value="{feed}"' in page
        [google] = [link for link in links if link.startswith("https://calendar.google.com/")]
        assert parse_qs(urlsplit(google).query)["cid"] == [webcal]
        for host in ("outlook.live.com", "outlook.office.com"):
            [link] = [one for one in links if one.startswith(f"https://{host}/calendar/0/")]
            query = parse_qs(urlsplit(link).query)
            assert query["url"] == [feed] and query["name"][0] in page
        assert client.get(urlsplit(feed).path).status_code == 200

    def test_every_offered_calendar_exists(self, client: FlaskClient, publish: Publish) -> None:
        page = self.page(client)
        offered = set(re.findall(r'/subscribe\?(\w+)=([a-z0-9-]+)"', page))
        assert {scheme for scheme, _ in offered} >= {"region", "kind", "institution", "theme"}
        for scheme, slug in sorted(offered)[::7]:
            assert client.get(f"/feeds/{scheme}/{slug}.ics").status_code == 200
            assert self.page(client, f"/subscribe?{scheme}={slug}")
        assert len(page.encode()) < 100_000

    @pytest.mark.parametrize("query", ["region=nope", "kind=%00", "theme=" + "a" * 500, "venue=É"])
    def test_an_unknown_choice_is_404(self, client: FlaskClient, app: Flask, query: str) -> None:
        assert client.get(f"/subscribe?{query}").status_code == 404

    def test_it_says_how_many_and_never_of_hidden_ones(
        self, client: FlaskClient, publish: Publish
    ) -> None:
        assert "Er staat nog niets" in self.page(client)
        publish(visibility="sealed", title_nl=CANARY)
        assert "Er staat nog niets" in self.page(client)
        publish()
        assert "Nu staat er 1 datum" in self.page(client)
        assert unquote(CANARY) not in self.page(client)
