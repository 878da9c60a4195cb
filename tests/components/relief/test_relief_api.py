"""Relief's api: what offices see, what they do, and what they are told when it cannot be done."""

from typing import Any

import pytest

from tests.components.relief.relief_desk import ReliefDesk
from tests.components.shared.office_desk import CHILD
from tests.components.shared.problems import problem_of
from tests.domain.relief.grants import AUTUMN, BUTUO, OFFICE, OTHER_OFFICE, SPRING, ZHAOJUE, changed, dropped_out, in_school, left, moved, returned
from tests.support.redis import RedisDatabase

GRANT = f"{CHILD}-{AUTUMN}"
PAY: dict[str, Any] = {"office": OFFICE, "reference": "ZF/2019-0001", "day": "2019-10-15", "fen": 31_250}
OTHERS = [f"{n:032x}" for n in range(1, 10)]


@pytest.fixture
def desk(database: RedisDatabase) -> ReliefDesk:
    return ReliefDesk(database)


def ids(page: dict[str, Any]) -> list[str]:
    return [grant["id"] for grant in page["grants"]]


async def found(desk: ReliefDesk, **query: Any) -> list[str]:
    """Read a list to its end."""
    page = await desk.get("/v1/grants", **query)
    ids_ = ids(page)
    while page["next"] is not None:
        page = await desk.get("/v1/grants", after=page["next"], **query)
        ids_ += ids(page)
    return ids_


# --- one grant


async def test_a_grant_is_told_with_its_history(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school), ("2019-10-08", dropped_out), ("2019-11-04", returned))
    assert await desk.get(f"/v1/grants/{GRANT}") == {
        "id": GRANT,
        "student": CHILD,
        "term": AUTUMN,
        "scheme": "living_subsidy",
        "state": "due",
        "county": ZHAOJUE,
        "stage": "junior",
        "boarder": False,
        "fen": 31_250,
        "paid": None,
        "history": [
            {"what": "granted", "day": "2019-09-02", "county": ZHAOJUE, "fen": 31_250},
            {"what": "suspended", "day": "2019-10-08", "county": ZHAOJUE, "fen": 31_250},
            {"what": "resumed", "day": "2019-11-04", "county": ZHAOJUE, "fen": 31_250},
        ],
    }


@pytest.mark.parametrize("id_", [f"{OTHERS[0]}-{AUTUMN}", f"{CHILD}-{SPRING}"])
async def test_a_grant_that_was_not_given_is_not_found(desk: ReliefDesk, id_: str) -> None:
    await desk.tell(("2019-09-02", in_school))
    for answer in (await desk.client.get(f"/v1/grants/{id_}"), await desk.client.post(f"/v1/grants/{id_}", json={"do": "pay", **PAY})):
        assert answer.status_code == 404
        assert id_ not in answer.text


@pytest.mark.parametrize(
    "id_", [CHILD, f"{CHILD}-2019", f"{CHILD}-2019-summer", f"{CHILD.upper()}-{AUTUMN}", f"{CHILD[1:]}-{AUTUMN}", f"{GRANT}x", f"{GRANT}%0A"]
)
async def test_what_is_no_id_is_named(desk: ReliefDesk, id_: str) -> None:
    for answer in (await desk.client.get(f"/v1/grants/{id_}"), await desk.client.post(f"/v1/grants/{id_}", json={})):
        assert (answer.status_code, problem_of(answer)) == (422, "invalid-parameters")
        assert answer.json()["errors"][0]["field"] == "path.id"


# --- what offices do


async def test_an_office_pays_what_is_due_and_sees_it_paid(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    answer = await desk.ask(AUTUMN, "pay", **PAY)
    assert answer.status_code == 200
    told = answer.json()
    assert (told["state"], told["fen"], told["paid"]) == ("paid", 31_250, {"reference": "ZF/2019-0001", "day": "2019-10-15"})
    assert told["history"][-1] == {"what": "paid", "day": "2019-10-15", "county": ZHAOJUE, "fen": 31_250}
    assert await desk.get(f"/v1/grants/{GRANT}") == told
    command = desk.commands()[-1]
    assert (command.source, command.subject, command.time) == (OFFICE, CHILD, desk.now)


async def test_boarding_changes_what_is_due(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    told = (await desk.ask(AUTUMN, "set-boarding", office=OFFICE, boarder=True)).json()
    assert (told["boarder"], told["fen"], told["state"]) == (True, 62_500, "due")


async def test_an_office_grants_a_child_the_aid_of_a_term_that_has_begun(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    told = (await desk.ask(SPRING, "begin-term", office=OFFICE)).json()
    assert (told["id"], told["state"], told["fen"]) == (f"{CHILD}-{SPRING}", "due", 31_250)


@pytest.mark.parametrize(
    ("term", "do", "fields", "status", "code", "field"),
    [
        (AUTUMN, "pay", PAY | {"fen": 31_251}, 409, "other_amount", "fen"),
        (AUTUMN, "pay", PAY | {"office": OTHER_OFFICE}, 409, "not_your_county", "office"),
        (AUTUMN, "pay", PAY | {"day": "2020-06-15"}, 422, "future_dated", "day"),
        (AUTUMN, "pay", PAY | {"day": "2019-07-31"}, 409, "not_allowed_now", "day"),
        ("2020-autumn", "begin-term", {"office": OFFICE}, 409, "not_allowed_now", "term"),
        ("2019-spring", "set-boarding", {"office": OFFICE, "boarder": True}, 409, "not_allowed_now", "term"),
        ("2018-autumn", "pay", PAY, 404, "unknown_grant", "term"),
    ],
)
async def test_what_the_state_does_not_allow_is_refused_with_the_reason_and_never_logged(
    desk: ReliefDesk, term: str, do: str, fields: dict[str, Any], status: int, code: str, field: str
) -> None:
    await desk.tell(("2019-09-02", in_school))
    answer = await desk.ask(term, do, **fields)
    assert (answer.status_code, problem_of(answer)) == (status, "refused")
    assert (answer.json()["code"], answer.json()["field"]) == (code, field)
    assert len(desk.commands()) == 1


async def test_what_is_suspended_or_has_ended_is_not_paid(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school), ("2019-10-08", dropped_out))
    answer = await desk.ask(AUTUMN, "pay", **PAY)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "not_allowed_now", "do")
    assert "suspended" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "do"),
        ({"do": "end", "office": OFFICE}, "do"),
        ({"do": "pay", **PAY, "office": "/schools/5134310001"}, "office"),
        ({"do": "pay", **PAY, "reference": "51343120080401001X"}, "reference"),
        ({"do": "pay", **PAY, "reference": "for Lan, with love"}, "reference"),
        ({"do": "pay", **PAY, "day": "yesterday"}, "day"),
        ({"do": "pay", **PAY, "fen": 312.5}, "fen"),
        ({"do": "pay", **PAY, "fen": -1}, "fen"),
        ({"do": "pay", **PAY, "term": AUTUMN}, "term"),
        ({"do": "set-boarding", "office": OFFICE}, "boarder"),
        ({"do": "set-boarding", "office": OFFICE, "boarder": "yes"}, "boarder"),
        ({"do": "begin-term"}, "office"),
    ],
)
async def test_a_field_that_breaks_a_rule_is_named_and_not_repeated(desk: ReliefDesk, body: dict[str, Any], field: str) -> None:
    answer = await desk.client.post(f"/v1/grants/{GRANT}", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert "Lan" not in answer.text


async def test_a_repeat_with_its_key_is_answered_as_before_and_paid_once(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    first = await desk.ask(AUTUMN, "pay", key="k", **PAY)
    again = await desk.ask(AUTUMN, "pay", key="k", **PAY)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    other = await desk.ask(AUTUMN, "pay", key="k", **PAY | {"reference": "ZF/2019-0002"})
    assert (other.status_code, problem_of(other)) == (409, "other-body")
    assert desk.facts() == {"granted": 1, "paid": 1}


async def test_where_the_worker_says_nothing_in_time_the_office_is_told_where_to_look(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    desk.log.stopped = True
    answer = await desk.ask(AUTUMN, "pay", **PAY)
    assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/grants/{GRANT}")
    assert (await desk.get(answer.headers["location"]))["state"] == "due"


@pytest.mark.parametrize("what", ["log", "redis"])
async def test_with_something_away_nothing_is_acknowledged(desk: ReliefDesk, what: str) -> None:
    await desk.tell(("2019-09-02", in_school))
    getattr(desk, what).unavailable = True
    answer = await desk.ask(AUTUMN, "pay", **PAY)
    assert (answer.status_code, problem_of(answer), int(answer.headers["retry-after"]) > 0) == (503, f"{what}-away", True)
    assert (await desk.client.get("/readyz")).status_code == 503


async def test_nothing_half_built_is_listed_and_the_api_is_not_ready_meanwhile(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school))
    desk.redis.lose()
    for path in ("/v1/grants", f"/v1/grants/{GRANT}"):
        answer = await desk.client.get(path)
        assert (answer.status_code, problem_of(answer)) == (503, "not-built")
    ready = await desk.client.get("/readyz")
    assert (ready.status_code, ready.json()["away"]) == (503, ["states"])


async def test_with_redis_away_nothing_is_shown(desk: ReliefDesk) -> None:
    desk.redis.unavailable = True
    for path in ("/v1/grants", f"/v1/grants/{GRANT}", f"/v1/terms/{AUTUMN}"):
        assert problem_of(await desk.client.get(path)) == "redis-away"


# --- lists


async def test_grants_are_listed_by_county_term_and_state(desk: ReliefDesk) -> None:
    a, b, c = OTHERS[:3]
    await desk.tell(("2019-09-02", in_school), ("2020-02-17", in_school), child=a)
    await desk.tell(("2019-09-02", in_school), ("2019-10-08", dropped_out), child=b)
    await desk.tell(("2019-09-02", changed(in_school, county=BUTUO)), child=c)
    assert await found(desk) == [f"{c}-{AUTUMN}", f"{a}-{AUTUMN}", f"{b}-{AUTUMN}", f"{a}-{SPRING}"]
    page = await desk.get("/v1/grants", county="513400")
    assert (page["today"], page["next"]) == ("2020-06-14", None)
    assert page["grants"][2] == {
        "id": f"{b}-{AUTUMN}", "student": b, "term": AUTUMN, "scheme": "living_subsidy", "state": "suspended", "county": ZHAOJUE,
        "stage": "junior", "boarder": False, "fen": 31_250,
    }  # fmt: skip
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE)) == [f"{a}-{AUTUMN}", f"{b}-{AUTUMN}", f"{a}-{SPRING}"]
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE, term=AUTUMN)) == [f"{a}-{AUTUMN}", f"{b}-{AUTUMN}"]
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE, term=AUTUMN, state="suspended")) == [f"{b}-{AUTUMN}"]
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE, term=SPRING)) == [f"{a}-{SPRING}"]
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE, term="2019-spring")) == []
    assert await found(desk, term=SPRING, state=["due", "paid"]) == [f"{a}-{SPRING}"]
    assert ids(await desk.get("/v1/grants", county="513400", state="due")) == [f"{c}-{AUTUMN}", f"{a}-{AUTUMN}", f"{a}-{SPRING}"]
    assert ids(await desk.get("/v1/grants", county="510100")) == []


async def test_what_changes_leaves_one_list_for_another(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", in_school), ("2019-10-08", moved))
    assert ids(await desk.get("/v1/grants", county=ZHAOJUE)) == []
    assert ids(await desk.get("/v1/grants", county=BUTUO, state="due")) == [GRANT]
    assert (await desk.ask(AUTUMN, "pay", **PAY | {"office": OTHER_OFFICE})).status_code == 200
    assert ids(await desk.get("/v1/grants", county=BUTUO, state="due")) == []
    assert ids(await desk.get("/v1/grants", county=BUTUO, state="paid")) == [GRANT]
    await desk.tell(("2020-02-17", in_school), ("2020-03-02", left))
    assert await found(desk, state="ended") == [f"{CHILD}-{SPRING}"]


async def test_pages_follow_one_another_without_a_gap_or_a_repeat(desk: ReliefDesk) -> None:
    for n, child in enumerate(OTHERS):
        await desk.tell(("2019-09-02", changed(in_school, county=(ZHAOJUE, BUTUO)[n % 2])), ("2020-02-17", in_school), child=child)
    whole = ids(await desk.get("/v1/grants", county="513400"))
    assert len(set(whole)) == 18
    assert await found(desk, county="513400", limit=4) == whole
    assert await found(desk, county="513400", term=SPRING, limit=4) == [id_ for id_ in whole if id_.endswith(SPRING)]


async def test_a_page_of_a_nation_that_has_few_grants_is_not_empty(desk: ReliefDesk) -> None:
    await desk.tell(("2019-09-02", changed(in_school, county="650402")))
    assert ids(await desk.get("/v1/grants")) == [GRANT]


async def test_an_area_that_does_not_exist_is_not_found(desk: ReliefDesk) -> None:
    answer = await desk.client.get("/v1/grants", params={"county": "999999"})
    assert (answer.status_code, problem_of(answer)) == (404, "unknown-area")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"county": ["513431", "513430"]}, "query.county"),
        ({"terms": "2019-autumn"}, "query.terms"),
        ({"term": "autumn"}, "query.term"),
        ({"term": "2019-autumn\n"}, "query.term"),
        ({"state": "eaten"}, "query.state.0"),
        ({"after": "page two"}, "query.after"),
        ({"limit": 0}, "query.limit"),
        ({"limit": 501}, "query.limit"),
    ],
)
async def test_a_parameter_that_breaks_a_rule_is_named(desk: ReliefDesk, query: dict[str, Any], field: str) -> None:
    answer = await desk.client.get("/v1/grants", params=query)
    assert (answer.status_code, problem_of(answer)) == (422, "invalid-parameters")
    assert answer.json()["errors"][0]["field"] == field


async def test_the_api_is_operated_and_described(desk: ReliefDesk) -> None:
    for path in ("/livez", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await desk.client.get(path)).status_code == 200
    document = await desk.get("/openapi.json")
    assert set(document["paths"]) >= {"/v1/grants", "/v1/grants/{id}", "/v1/terms/{term}"}
    assert {"GrantList", "GrantFile", "PayRequest", "BoardingRequest", "BeginRequest", "Progress", "Problem"} <= document["components"][
        "schemas"
    ].keys()
    asked = document["paths"]["/v1/grants/{id}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert list(asked["discriminator"]["mapping"]) == ["pay", "set-boarding", "begin-term"]
