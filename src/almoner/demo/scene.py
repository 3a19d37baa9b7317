"""The sample organization, made and changed through the two APIs like any integration would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from almoner.app.application import Application
from almoner.demo.api import Api
from almoner.demo.ledger import Given, Ledger
from almoner.demo.stream import CAMPAIGNS, FUNDS, LATE_FUND, PAUSED_CAMPAIGN, Act, Attempt, Fund
from almoner.kernel.wire import utc_text
from almoner.tenants.service import NewOrganization, create_organization

NAME = "Larkspur Relief Fund (demo)"

PERFORMED = {
    Act.PAUSE: f"Campaign {PAUSED_CAMPAIGN} was paused: its gifts are withheld from now on.",
    Act.RESUME: f"Campaign {PAUSED_CAMPAIGN} goes on; what was withheld stays so, by rule.",
    Act.MAKE_FUND: f"{LATE_FUND} was made in the CRM: gifts that failed for it follow now.",
}
"""A sentence about each act, which fits a narrow terminal."""


@dataclass(slots=True)
class Scene:
    """The running server, the organization, and what it has by name."""

    app: Application
    url: str
    organization: NewOrganization
    giving: Api
    crm: Api
    campaign_ids: dict[str, int] = field(default_factory=dict)
    crm_project_ids: dict[str, int] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Projects under the same codes in both products, but for one that the CRM lacks; and campaigns."""
        start = utc_text(self.app.clock.now() - timedelta(days=30))
        for fund in FUNDS:
            await self.giving.call("POST", "/api/Project", {"name": fund.name, "code": fund.code})
            if fund.code != LATE_FUND:
                await self._make_crm_project(fund)
        for name in CAMPAIGNS:
            body = {"name": name, "startDate": start, "givingGoal": 50_000}
            self.campaign_ids[name] = (await self.giving.call("POST", "/api/Campaign", body))["id"]

    async def give(self, attempt: Attempt, ledger: Ledger) -> None:
        """Give once; a declined card is counted as such. Raises `UnexpectedAnswer` on anything unforeseen."""
        path, body = "/api/Raise/give", attempt.body(self.campaign_ids)
        if attempt.is_declined:
            answer = await self.giving.send("POST", path, body)
            ledger.declined += answer.status_code == 400
            return
        gift = await self.giving.call("POST", path, body)
        ledger.given.append(Given(gift["id"], gift["donorId"], attempt))

    async def perform(self, act: Act) -> str:
        """Carry out an act of the story; answers one sentence about it."""
        if act is Act.MAKE_FUND:
            fund = next(fund for fund in FUNDS if fund.code == LATE_FUND)
            await self._make_crm_project(fund)
            return PERFORMED[act]
        path = f"/api/Campaign/{self.campaign_ids[PAUSED_CAMPAIGN]}/toggle-sync"
        await self.giving.call("PUT", path, reason=f"demo: {act.name.lower()}")
        return PERFORMED[act]

    async def close(self) -> None:
        """Close the connections to the server."""
        await self.giving.close()
        await self.crm.close()

    async def _make_crm_project(self, fund: Fund) -> None:
        body = {
            "name": fund.name,
            "projectCode": fund.code,
            "parentId": self.crm_project_ids.get(fund.parent or ""),
        }
        self.crm_project_ids[fund.code] = (await self.crm.call("POST", "/api/Project", body))["id"]


async def set_scene(app: Application, url: str) -> Scene:
    """Make a new organization on the running server, with projects and campaigns."""
    made = await create_organization(app.db, NAME, now=app.clock.now())
    scene = Scene(app, url, made, Api(url, "raise", made.raise_token), Api(url, "crm", made.crm_token))
    await scene.prepare()
    return scene
