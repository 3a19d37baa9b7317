"""A gift is refunded from its page: the page before says what is left, and the button pressed twice refunds once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import httpx
import pytest

from almoner.giving.payments.rules import Refund, RefundRequest
from almoner.giving.payments.sandbox import SandboxGateway
from tests.api.console.conftest import Visit
from tests.api.console.test_mending import press, said
from tests.integration.giving.reversals.world import Returns

pytestmark = pytest.mark.anyio


def key_of(text: str) -> str:
    """The key that a form carries; empty where there is no form."""
    found = re.search(r'name="key" value="([^"]+)"', text)
    return found[1] if found else ""


async def refused(browser: Visit, path: str, token: str, **fields: str) -> httpx.Response:
    """Press a button whose answer is the form again."""
    return await browser.post(path, {"csrf_token": token, **fields})


async def reversals(browser: Visit, gift: Any) -> list[Any]:
    """What the API tells of what went back."""
    return list((await browser.house.tenant.raise_.get(f"/raise/api/Gift/{gift['id']}/reversals"))["items"])


async def test_a_part_goes_back_once_however_often_the_button_is_pressed(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}"
    assert f'href="{page}/refund"' in (await browser.get(page)).text
    form = (await browser.get(f"{page}/refund")).text
    assert "$10.00 is left of the gift." in form
    text = ""
    for _ in range(2):
        text = await press(browser, f"{page}/refund", token, key=key_of(form), amount="4", reason="Asked")
        assert said(text) == "The refund went."
    assert text.count('id="reversal-') == 1 and "Reason: Asked." in text
    told = await browser.house.tenant.raise_.get(f"/raise/api/Gift/{gift['id']}")
    assert (told["statusText"], told["reversedAmount"]) == ("PartiallyRefunded", 4)
    assert [one["requestedBy"] for one in await reversals(browser, gift)] == ["console"]
    changed = await refused(browser, f"{page}/refund", token, key=key_of(form), amount="5", reason="Asked")
    assert changed.headers["location"] == f"{page}?said=refund-form-used"
    assert "$6.00 is left of the gift of $10.00." in (await browser.get(f"{page}/refund")).text


async def test_what_cannot_be_is_said_on_the_form_with_what_was_typed_and_its_key(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    for amount, problem in (("11", "than is left of the gift: $10.00."), ("x", ""), ("", "Say how much")):
        answer = await refused(browser, page, token, key="one", amount=amount, reason="A secret")
        assert answer.status_code == 400 and "location" not in answer.headers
        assert 'class="said wrong" role="alert"' in answer.text and problem in answer.text
        assert f'name="amount" value="{amount}"' in answer.text and 'value="A secret"' in answer.text
        assert key_of(answer.text) == "one"
    assert "incomplete" in (await refused(browser, page, token, amount="1", reason="")).text
    assert await reversals(browser, gift) == []
    await browser.house.tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund")
    text = (await browser.get(page)).text
    assert "Nothing of this gift can be refunded now: it is Refunded." in text


async def test_a_refund_whose_answer_was_lost_goes_once_though_it_is_pressed_again(
    browser: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    gift = await browser.house.tenant.give(10)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    went: dict[str, RefundRequest] = {}
    is_found = False

    async def times_out(_: SandboxGateway, request: RefundRequest) -> Refund:
        went[request.key] = request  # it goes, and the answer is lost
        raise TimeoutError

    async def finds(_: SandboxGateway, key: str, __: str) -> Sequence[Refund]:
        return [Refund(f"re_{key}", "done", went[key].amount_minor)] if is_found else []

    monkeypatch.setattr(SandboxGateway, "refund", times_out)
    monkeypatch.setattr(SandboxGateway, "find_refunds", finds)
    first, second = [key_of((await browser.get(page)).text) for _ in range(2)]
    form = {"amount": "4", "reason": "Asked"}
    text = await press(browser, page, token, key=first, **form)
    assert "nobody knows whether the refund went" in said(text) and "Asked for</span>" in text
    assert "Refund this gift" not in text
    assert key_of((await browser.get(page)).text) == ""
    assert "A refund of $4.00 is asked for" in (await browser.get(page)).text
    assert said(await press(browser, page, token, key=second, **form)).startswith("Nothing was sent")
    assert "nobody knows whether" in said(await press(browser, page, token, key=first, **form))
    is_found = True
    assert said(await press(browser, page, token, key=first, **form)) == "The refund went."
    assert [one.amount_minor for one in went.values()] == [400]
    assert [one["state"] for one in await reversals(browser, gift)] == ["done"]
    assert "$6.00 is left of the gift of $10.00." in (await browser.get(page)).text


async def test_one_that_takes_its_days_is_not_said_to_have_gone(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10, paymentMethodId="tok_refund_pending")
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    key = key_of((await browser.get(page)).text)
    text = await press(browser, page, token, key=key, amount="4", reason="")
    assert said(text).startswith("The refund is asked for.")


async def test_a_refusal_stands_on_the_gift_s_page_in_the_processor_s_words_and_needs_somebody(
    browser: Visit,
) -> None:
    gift = await browser.house.tenant.give(10, paymentMethodId="tok_refund_refused")
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    key = key_of((await browser.get(page)).text)
    text = await press(browser, page, token, key=key, amount="4", reason="")
    assert 'class="said wrong" role="alert"' in text and "The card was closed." in text
    listed = (await browser.get("/console/refunds?state=failed")).text
    assert "The card was closed." in listed and f"/console/gifts/{gift['id']}" in listed
    needs = (await browser.get("/console/needs-you")).text
    assert ">1 refund failed</a>" in needs and ": 1 refund failed</span>" in needs
    assert "where that can work" in needs and "this goes 30 days after it failed" in needs
    assert "None." in (await browser.get("/console/refunds?state=open")).text
    assert (await browser.get("/console/refunds?state=lost_somewhere")).status_code == 400


async def test_amounts_of_single_projects_go_back(browser: Visit) -> None:
    tenant = browser.house.tenant
    well = await tenant.raise_.post("/raise/api/Project", {"name": "Wells", "code": "WELLS"})
    split = [{"code": "GENERAL", "amount": 7}, {"code": "WELLS", "amount": 3}]
    gift = await tenant.give(10, projects=split)
    token = await browser.sign_in()
    page = f"/console/gifts/{gift['id']}/refund"
    text = (await browser.get(page)).text
    assert "Wells, of $3.00 left" in text
    field = f"project-{well['id']}"
    form = {"key": key_of(text), "amount": "10.00", "reason": "", field: "2"}
    answer = await refused(browser, page, token, **form, how="whole")
    assert "choose one of the two" in answer.text and f'name="{field}" value="2"' in answer.text
    answer = await refused(browser, page, token, **{**form, field: "3.01"}, how="projects")
    assert "than is left of the gift for it: $3.00." in answer.text
    answer = await refused(browser, page, token, **{**form, field: ""}, how="projects")
    assert "Say how much of which project" in answer.text
    assert said(await press(browser, page, token, **form, how="projects")) == "The refund went."
    (one,) = await reversals(browser, gift)
    assert [(part["name"], part["amount"]) for part in one["projects"]] == [("Wells", "$2.00")]


async def test_gifts_of_which_money_went_back_are_told_from_the_others(browser: Visit) -> None:
    tenant, clock = browser.house.tenant, browser.house.app.clock
    whole = await tenant.give(10)
    good = await tenant.give(11)
    disputed = await tenant.give(12, paymentMethodId="tok_dispute")
    await tenant.raise_.post(f"/raise/api/Gift/{whole['id']}/refund", {"reason": "Given twice"})
    await Returns(browser.house).settle_words(clock.now() + timedelta(days=1, minutes=1))
    await browser.sign_in()

    async def listed(show: str) -> set[int]:
        text = (await browser.get(f"/console/gifts?{show}")).text
        return {int(id_) for id_ in re.findall(r'<tr id="gift-(\d+)"', text)}

    ids = {name: gift["id"] for name, gift in (("whole", whole), ("good", good), ("disputed", disputed))}
    assert await listed("show=money_back") == {ids["whole"], ids["disputed"]}
    assert await listed("show=refunded") == {ids["whole"]}
    assert await listed(f"show=refunded&donor={whole['donorId']}") == {ids["whole"]}
    assert await listed(f"show=disputed&q=%23{ids['good']}") == set()
    assert await listed("show=charged_back") == set()
    badges = re.findall(
        r'<span class="badge \w+">(Refunded|Disputed)</span>', (await browser.get("/console/gifts")).text
    )
    assert sorted(badges) == ["Disputed", "Refunded"]
    text = (await browser.get(f"/console/gifts/{ids['whole']}")).text
    assert "<strong>Refund of $10.00: went back</strong>" in text and "Corrected" not in text
    assert "Given twice" in text
    text = (await browser.get(f"/console/gifts/{ids['disputed']}")).text
    assert "<strong>Dispute of $12.00: open</strong>" in text and ">Disputed</span></h1>" in text
    assert ">1 open dispute</a>" in (await browser.get("/console/needs-you")).text
    assert "Dispute of $12.00" in (await browser.get("/console/refunds")).text


async def test_another_organization_sees_nothing_of_it(browser: Visit) -> None:
    gift = await browser.house.tenant.give(10)
    await browser.house.tenant.raise_.post(f"/raise/api/Gift/{gift['id']}/refund")
    token = await browser.sign_in(await browser.house.another_tenant())
    assert "None." in (await browser.get("/console/refunds")).text
    page = f"/console/gifts/{gift['id']}/refund"
    assert (await browser.get(page)).status_code == 404
    assert (await refused(browser, page, token, key="one", amount="1")).status_code == 404
