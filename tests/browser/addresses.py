"""Every page a person can come to, and who comes there: the table behind test_every_page.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client
from django.urls import reverse

from tests.browser.at_work import AtWork
from tests.factories import CARD, POLICY, Sample, signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.ledger.books import Books
from tests.people import LOTUS_VILLAGE, People
from xinnong.registry.models import Household
from xinnong.sources.models import Batch, Delivery

HEAD = "王大山"
WITH_SECOND_FACTOR = "second:"


@dataclass(frozen=True)
class Scene:
    """What stands on the pages: the people, the published county, a delivery with its report, a bank's books,
    and the work of field teams and police."""

    people: People
    sample: Sample
    delivery: Delivery
    report: Batch
    books: Books
    work: AtWork

    @property
    def home(self) -> Household:
        """The household that is opened."""
        return self.sample.home_of(HEAD)

    def reader(self, name: str) -> Client | None:
        """Somebody signed in; officers and cadres have said why they open the household."""
        if not name:
            return None
        user = getattr(self.people, name.removeprefix(WITH_SECOND_FACTOR))
        client = (
            past_second_factor(user) if name.startswith(WITH_SECOND_FACTOR) else signed_in(user)
        )
        if name in {"lin", "xu"}:
            chosen = client.post(reverse("journeys:purpose", args=[self.home.ref]), PURPOSE)
            assert chosen.status_code == 302
        return client

    def stranger(self) -> Household:
        """A household that nobody has given a purpose for."""
        other = self.sample.households[3]
        assert other.pk != self.home.pk
        return other


PURPOSE = {"purpose": "application"}
Address = Callable[[Scene], str]


def at(name: str, *arguments: object, **query: str) -> Address:
    """The address of a URL name."""
    tail = "?" + "&".join(f"{key}={value}" for key, value in query.items()) if query else ""
    return lambda _scene: reverse(name, args=arguments) + tail


def of_home(name: str, *arguments: object) -> Address:
    """An address below the household that is opened."""
    return lambda scene: reverse(name, args=[scene.home.ref, *arguments])


def of_account(name: str) -> Address:
    """An address below the account of the bank at its own bank."""
    return lambda scene: reverse(name, args=[scene.books.accounts["bank"].ref])


def of_work(name: str, part: str) -> Address:
    """An address below something that field teams or the police work at."""
    return lambda scene: reverse(name, args=[getattr(scene.work, part).ref])


def of_team(name: str) -> Address:
    """An address below the channel's team."""
    return lambda scene: reverse(name, args=[scene.work.teams.team.ref])


PAGES: dict[str, tuple[str, Address]] = {
    "sign in": ("", at("account_login")),
    "home of an officer": ("lin", at("journeys:home")),
    "home of a manager": ("chen", at("journeys:home")),
    "home of a cadre": ("xu", at("journeys:home")),
    "home of a stranger": ("mo", at("journeys:home")),
    "home of the bureau": ("han", at("journeys:home")),
    "check a team": ("", at("outreach:check")),
    "my village today": ("", at("outreach:village", village=LOTUS_VILLAGE)),
    "a live badge on a phone": ("", at("outreach:my_badge")),
    "a letter nobody knows": ("", at("outreach:document", number="穗医保函〔2026〕99号")),
    "teams in a cadre's village": ("xu", at("outreach:today")),
    "activities of the bureau": ("han", at("outreach:activities")),
    "warnings nearby": ("xu", at("guard:warnings")),
    "my accounts": ("wu", at("guard:my_accounts")),
    "packs": ("qin", at("guard:packs")),
    "home of the police": ("qin", at("journeys:home")),
    "home of a town": ("tang", at("journeys:home")),
    "approve a visit": ("second:han", of_work("outreach:activity", "filed")),
    "visit of the channel": ("jiang", of_work("outreach:activity", "approved")),
    "teams": ("jiang", at("outreach:teams")),
    "team": ("jiang", of_team("outreach:team")),
    "file a visit": ("jiang", of_team("outreach:new_activity")),
    "badge": ("jiang", of_work("outreach:badge", "badge")),
    "channels": ("second:han", at("outreach:channels")),
    "channel": (
        "han",
        lambda scene: reverse("outreach:channel", args=[scene.work.teams.channel.ref]),
    ),
    "stop a team": (
        "han",
        lambda scene: reverse("outreach:stop", args=["team", scene.work.teams.team.ref]),
    ),
    "letters": ("second:han", at("outreach:register")),
    "letter": ("han", of_work("outreach:register_entry", "letter")),
    "badge keys": ("second:han", at("outreach:keys")),
    "cases": ("qin", at("guard:cases")),
    "case": ("second:qin", of_work("guard:case", "case")),
    "orders": ("qin", at("guard:orders")),
    "draft an order": ("second:qin", of_work("guard:new_order", "case")),
    "order": ("second:gu", of_work("guard:order", "order")),
    "platforms": ("second:qin", at("guard:targets")),
    "rulebooks": ("second:qin", at("guard:rulebooks")),
    "rulebook": ("qin", lambda scene: reverse("guard:rulebook", args=[scene.work.rulebook.sha256])),
    "draft a rulebook": ("second:qin", at("guard:new_rulebook")),
    "feeds": ("second:qin", at("guard:feeds")),
    "feed": ("qin", of_work("guard:feed", "feed")),
    "ask the police": ("han", at("guard:requests")),
    "my health code": ("wu", at("ecard:mine")),
    "where it was used": ("wu", at("ecard:history")),
    "family account": ("wu", at("ecard:family")),
    "stop the code": ("wu", at("ecard:lost")),
    "code without network": ("wu", at("ecard:offline")),
    "hospital counter": ("kang", at("ecard:counter")),
    "activate in person": ("kang", at("ecard:enrol")),
    "report a loss": ("xu", at("ecard:hotline")),
    "terminals": ("han", at("ecard:terminals")),
    "search": ("lin", at("journeys:workbench")),
    "search that finds nothing": ("lin", at("journeys:workbench", village="339981102999")),
    "purpose": ("lin", lambda scene: reverse("journeys:household", args=[scene.stranger().ref])),
    "household": ("lin", of_home("journeys:household")),
    "household for a cadre": ("xu", of_home("journeys:household")),
    "household who looked": ("lin", of_home("journeys:household_reads")),
    "dimension": ("lin", of_home("journeys:dimension", "assets")),
    "my record": ("lin", at("journeys:my_record")),
    "rules": ("lin", at("journeys:documents")),
    "scorecard": ("lin", at("journeys:scorecard", CARD.sha256)),
    "policy": ("lin", at("journeys:policy", POLICY.sha256)),
    "own file": ("wu", at("journeys:own_file")),
    "own dimension": ("wu", at("journeys:own_dimension", "income")),
    "who looked": ("wu", at("journeys:who_looked")),
    "applications": ("lin", at("lending:applications")),
    "counter": ("lin", at("lending:counter")),
    "home visit": ("lin", at("lending:visit")),
    "payments": ("fang", at("lending:payments")),
    "bank statements": ("fang", at("lending:statements")),
    "core breaks": ("fang", at("lending:core_breaks")),
    "loans": ("lin", at("lending:loans")),
    "portfolio": ("chen", at("lending:portfolio")),
    "statistics": ("chen", at("lending:statistics")),
    "books of the county": ("zheng", at("lending:county_books")),
    "my loans": ("wu", at("lending:my_loans")),
    "county": ("chen", at("insight:county")),
    "county, granted": ("zheng", at("insight:county", kind="granted")),
    "town": ("chen", at("insight:area", "339981101")),
    "village": ("chen", at("insight:area", LOTUS_VILLAGE)),
    "runs": ("zheng", at("journeys:runs")),
    "run": ("ou", lambda scene: reverse("journeys:run", args=[scene.sample.run.ref])),
    "who read": ("shen", at("journeys:reads")),
    "who searched": ("shen", at("journeys:searches")),
    "audit": ("shen", at("journeys:audit")),
    "deliveries": ("zhou", at("sources:calendar")),
    "deliver": ("zhou", at("sources:deliver")),
    "delivery": ("zhou", lambda scene: reverse("sources:delivery", args=[scene.delivery.ref])),
    "batches": ("zhou", at("sources:batches")),
    "report": ("zhou", lambda scene: reverse("sources:batch", args=[scene.report.ref])),
    "withdraw": ("zhou", lambda scene: reverse("sources:withdraw", args=[scene.report.ref])),
    "contracts": ("zhou", at("sources:contracts")),
    "contract": ("zhou", at("sources:contract", "person")),
    "trial balance": ("fang", at("ledger:trial_balance")),
    "accounts": ("fang", at("ledger:accounts", "130301", product="puhui")),
    "statement": ("fang", of_account("ledger:statement")),
    "journal": ("fang", lambda scene: reverse("ledger:journal", args=[scene.books.last.ref])),
    "comparisons": ("fang", at("ledger:assertions")),
    "explain": ("fang", lambda scene: reverse("ledger:explain", args=[scene.books.said])),
    "core codes": ("fang", at("ledger:core_codes")),
    "periods": ("fang", at("ledger:periods")),
    "second factor": ("mo", at("mfa_index")),
    "authenticator": ("mo", at("mfa_activate_totp")),
    "security keys": ("mo", at("mfa_list_webauthn")),
    "new security key": ("mo", at("mfa_add_webauthn")),
    "recovery codes": ("mo", at("mfa_generate_recovery_codes")),
    "set a password": ("mo", at("account_set_password")),
    "sign out": ("mo", at("account_logout")),
    "not allowed": ("zhou", at("journeys:workbench")),
    "not found": ("lin", lambda _scene: "/nothing-here/"),
    "not found, nobody": ("", lambda _scene: "/nothing-here/"),
}
