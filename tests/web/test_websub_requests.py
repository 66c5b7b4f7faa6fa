"""W3C WebSub (https://www.w3.org/TR/websub/): what a publisher must say and a hub must take.

Each test is named after the rule and says its section.
"""

from __future__ import annotations

import re

import pytest

from tests.web.inside import IN_THE_TEXT
from tests.web.serving import secret
from tests.web.subscribing import OPEN, OUTSIDE, RSS, Side, kept, name_of
from tests.web.websub import post, until

# What a publisher must do.


def test_4_a_publisher_advertises_topic_and_hubs_in_link_headers(side: Side) -> None:
    links = side.server.ask(RSS, authorization=f"Bearer {side.key}").headers["link"]
    assert re.findall(r'<([^>]*)>; rel="self"', links) == [f"{side.base}{RSS}"]
    assert re.findall(r'<([^>]*)>; rel="hub"', links) == [f"{side.base}/hub"]
    links = side.server.ask(OPEN, "HEAD").headers["link"]
    assert re.findall(r'<([^>]*)>; rel="hub"', links) == [f"{side.base}/hub", OUTSIDE]


def test_4_no_advertised_address_holds_a_token(side: Side) -> None:
    token = secret(side.desk, "fenwold", "--token", "--feed", "fenwold-text")
    links = side.server.until(200, f"/t/{token}{RSS}").headers["link"]
    assert f'<{side.base}/hub>; rel="hub"' in links
    assert token not in links


# What a hub must do: requests.


def test_5_1_2_a_hub_answers_a_request_with_202_and_then_verifies_it(side: Side) -> None:
    answer = side.ask("/a")
    assert answer.status == 202
    until(lambda: side.there.asked("/a"))


def test_5_1_and_5_3_the_question_has_mode_topic_challenge_and_lease(side: Side) -> None:
    side.subscribe("/facts", hub_lease_seconds="4000")
    query = side.there.asked("/facts")[0].query
    assert query["hub.topic"] == [f"{side.base}{RSS}"]
    assert query["hub.lease_seconds"] == ["4000"]
    assert len(query["hub.challenge"][0]) >= 40
    side.subscribe("/facts-again")
    assert side.there.asked("/facts-again")[0].query["hub.challenge"] != query["hub.challenge"]


def test_5_1_a_secret_of_less_than_200_bytes_is_taken_and_a_longer_one_is_not(side: Side) -> None:
    assert side.ask("/short", hub_secret="s" * 199).status == 202
    refused = side.ask("/long", hub_secret="é" * 100)
    assert (refused.status, refused.code) == (400, "hub-secret")


def test_5_1_parameters_that_a_hub_does_not_understand_are_ignored(side: Side) -> None:
    assert side.ask("/more", hub_verify="sync", colour="blue").status == 202


def test_5_1_a_lease_is_ignored_when_unsubscribing(side: Side) -> None:
    side.subscribe("/lease")
    assert side.ask("/lease", mode="unsubscribe", hub_lease_seconds="nonsense").status == 202
    until(lambda: "/lease" not in kept(side))
    assert len(side.there.asked("/lease", "unsubscribe")) == 1


def test_5_1_a_verified_request_overrides_the_subscription_before(side: Side) -> None:
    side.subscribe("/twice", hub_secret="first", hub_lease_seconds="1000")
    before = kept(side)["/twice"]
    assert side.ask("/twice", hub_lease_seconds="9000").status == 202
    until(lambda: kept(side)["/twice"] != before)
    after = kept(side)["/twice"]
    assert (before["secret"], after["secret"]) == ("first", "")
    assert after["since"] == before["since"]
    assert str(after["until"]) > str(before["until"])


@pytest.mark.parametrize("mode", ["subscribe", "unsubscribe"])
def test_5_1_where_verification_fails_the_subscription_is_left_unchanged(
    side: Side, mode: str
) -> None:
    path = f"/unchanged-{mode}"
    side.subscribe(path, hub_secret="first")
    before = kept(side)[path]
    asked = len(side.there.asked(path, mode))
    side.there.status[path] = 404
    assert side.ask(path, mode=mode, hub_secret="second").status == 202
    until(lambda: len(side.there.asked(path, mode)) > asked)
    name = name_of(side, path)
    until(lambda: any(f"unconfirmed {name}" in one for one in side.server.lines))
    assert kept(side)[path] == before


def test_5_1_1_what_need_not_be_encoded_in_a_topic_is_decoded(side: Side) -> None:
    assert side.ask("/decoded", "/%66enwold/fenwold%2Dtext%2erss").status == 202
    assert side.ask("/decoded-not", "/fenwold%2Ffenwold-text.rss").status == 404


def test_5_1_1_and_8_3_the_query_of_a_callback_is_kept_to_the_letter(side: Side) -> None:
    side.subscribe("/query?foo=b%61r&hub.topic=mine&x=1+2%20;")
    stated = "/query?foo=b%61r&hub.topic=mine&x=1+2%20;"
    question, edition = side.there.asked("/query")[0], side.there.sent("/query")[0]
    assert question.path.startswith(f"{stated}&hub.mode=subscribe&hub.topic=")
    assert question.query["hub.topic"] == ["mine", f"{side.base}{RSS}"]
    assert edition.path == stated


BAD = [
    ({"hub.mode": "publish"}, 400, "hub-mode"),
    ({"hub.mode": ""}, 400, "hub-fields"),
    ({"hub.callback": ""}, 400, "hub-fields"),
    ({"hub.topic": ""}, 400, "hub-fields"),
    ({"hub.lease_seconds": "0"}, 400, "hub-lease"),
    ({"hub.lease_seconds": "-5"}, 400, "hub-lease"),
    ({"hub.lease_seconds": "1e3"}, 400, "hub-lease"),
    ({"hub.topic": "https://elsewhere.example/feed"}, 404, "not-found"),
    ({"hub.topic": "{base}/worldfold/worldfold-all.rss"}, 404, "not-found"),
    ({"hub.topic": "{base}/fenwold/not-there.rss"}, 404, "not-found"),
    ({"hub.topic": "{base}/licences/full-web/v2.html"}, 404, "not-found"),
    ({"hub.topic": "{base}/fenwold/fenwold-text.rss?since=1"}, 404, "not-found"),
    ({"hub.callback": "http://127.0.0.1:1/"}, 400, "callback-scheme"),
    ({"hub.callback": "https://127.0.0.1/"}, 400, "callback-host"),
    ({"hub.callback": "https://a:b@partner.example/"}, 400, "callback-address"),
]


@pytest.mark.parametrize(("change", "status", "code"), BAD)
def test_5_1_2_a_faulty_request_is_answered_with_an_error_that_says_what_is_wrong(
    side: Side, change: dict[str, str], status: int, code: str
) -> None:
    fields = {
        "hub.mode": "subscribe",
        "hub.topic": f"{side.base}{RSS}",
        "hub.callback": side.there.url("/bad"),
    }
    fields |= {name: value.replace("{base}", side.base) for name, value in change.items()}
    answer = post(side.server, fields, authorization=f"Bearer {side.key}")
    assert (answer.status, answer.code) == (status, code)
    assert b'"mend": "' in answer.body


def test_5_1_2_no_inside_address_is_taken_as_a_callback(side: Side) -> None:
    fields = {"hub.mode": "subscribe", "hub.topic": f"{side.base}{OPEN}"}
    found = {post(side.server, {**fields, "hub.callback": one}).status for one in IN_THE_TEXT}
    assert found == {400}


def test_5_1_2_the_answer_does_not_depend_on_verification(side: Side) -> None:
    side.there.status["/refuses"] = 500
    answers = [side.ask(path) for path in ("/refuses", "/takes")]
    answers.append(side.ask("/nobody", hub_callback="https://not-there.invalid-name.example/"))
    assert {one.body for one in answers} == {answers[0].body}
    assert {one.status for one in answers} == {202}


def test_a_hub_takes_no_topic_from_whoever_may_not_read_it(side: Side) -> None:
    fields = {"hub.mode": "subscribe", "hub.topic": f"{side.base}{RSS}"}
    fields["hub.callback"] = side.there.url("/stranger")
    assert post(side.server, fields).code == "key-missing"
    assert post(side.server, fields, authorization="Bearer nonsense").code == "key-unknown"
    foreign = secret(side.desk, "worldfold")
    auth = {"authorization": f"Bearer {foreign}"}
    side.server.until(200, "/worldfold/worldfold-all.rss", **auth)
    stranger = post(side.server, fields, **auth)
    nothing = post(side.server, {**fields, "hub.topic": f"{side.base}/no/thing.rss"}, **auth)
    assert (stranger.status, stranger.body) == (404, nothing.body)
    assert side.there.asked("/stranger") == []


def test_a_token_subscribes_to_its_own_feed_alone(side: Side) -> None:
    token = secret(side.desk, "fenwold", "--token", "--feed", "fenwold-text")
    side.server.until(200, f"/t/{token}{RSS}")
    fields = {"hub.mode": "subscribe", "hub.callback": side.there.url("/token")}
    mine = {**fields, "hub.topic": f"{side.base}{RSS}"}
    assert post(side.server, mine, f"/t/{token}/hub").status == 202
    until(lambda: side.there.sent("/token"))
    other = {**fields, "hub.topic": f"{side.base}/worldfold/worldfold-all.rss"}
    assert post(side.server, other, f"/t/{token}/hub").code == "not-found"
    assert post(side.server, mine, f"/t/{side.key}/hub").code == "not-found"
    assert not any(token in one for one in side.server.lines)


def test_a_public_feed_needs_no_key(side: Side) -> None:
    fields = {"hub.mode": "subscribe", "hub.topic": f"{side.base}{OPEN}"}
    assert post(side.server, {**fields, "hub.callback": side.there.url("/open")}).status == 202
    got = until(lambda: side.there.sent("/open"))[0]
    assert got.headers["content-type"] == "application/atom+xml; charset=utf-8"


def test_who_states_its_key_for_its_public_feed_is_not_counted_with_strangers(side: Side) -> None:
    key = secret(side.desk, "civic-shelf")
    side.server.until(404, RSS, authorization=f"Bearer {key}")
    fields = {"hub.mode": "subscribe", "hub.topic": f"{side.base}{OPEN}"}
    for path, shown in (("/own", key), ("/foreign", side.key)):
        stated = {**fields, "hub.callback": side.there.url(path)}
        assert post(side.server, stated, authorization=f"Bearer {shown}").status == 202
    until(lambda: side.there.sent("/own") and side.there.sent("/foreign"))
    found = kept(side)
    assert (found["/own"]["credential"], found["/foreign"]["credential"]) == (key[4:12], "")


def test_a_page_in_a_browser_cannot_subscribe_with_the_key_of_its_reader(side: Side) -> None:
    fields = {"hub.mode": "subscribe", "hub.topic": f"{side.base}{RSS}"}
    fields["hub.callback"] = side.there.url("/page")
    key = {"authorization": f"Bearer {side.key}"}
    for header in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}):
        assert post(side.server, fields, **key, **header).code == "from-a-page"
    assert side.there.asked("/page") == []


def test_a_hub_is_only_posted_to_and_takes_only_short_forms(side: Side) -> None:
    answer = side.server.ask("/hub")
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert side.server.send("/hub", "POST", {"content-type": "text/xml"}, b"<a/>").status == 415
    assert post(side.server, {"hub.mode": "x" * 20_000}).status == 413
    doubled = b"hub.mode=subscribe&hub.mode=unsubscribe&hub.topic=a&hub.callback=b"
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert side.server.send("/hub", "POST", form, doubled).code == "hub-fields"
    assert side.server.send("/hub", "POST", form, b"hub.mode=%ff").code == "hub-fields"


def test_5_1_1_a_callback_that_is_taken_can_be_asked_however_long_it_is(side: Side) -> None:
    path = "/long".ljust(2_000 - len(side.there.url("")), "g")
    side.subscribe(path)
    refused = side.ask(f"{path}g")
    assert (refused.status, refused.code) == (400, "callback-address")


def test_5_1_a_hub_supports_unsubscribing_also_without_a_key(side: Side) -> None:
    side.subscribe("/ends")
    fields = {"hub.mode": "unsubscribe", "hub.topic": f"{side.base}{RSS}"}
    assert post(side.server, {**fields, "hub.callback": side.there.url("/ends")}).status == 202
    until(lambda: "/ends" not in kept(side))
    asked = side.there.asked("/ends", "unsubscribe")
    assert len(asked) == 1
    assert asked[0].query["hub.challenge"]
    assert post(side.server, {**fields, "hub.callback": side.there.url("/never")}).status == 202
