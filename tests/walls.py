"""Which address answers whom, and how: the one table behind tests/test_walls.py."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from xinnong.accounts.permissions import Permission

NOBODY_KNOWS = UUID(int=7)
HOME = "a household of Lotus Village"
SOMEBODY = "a person of that household"
SIGNED_IN = frozenset({
    "officer", "manager", "accountant", "steward", "cadre", "farmer", "regulator", "analyst",
    "auditor", "bureau", "counter", "police", "channel", "town", "chief", "operator", "stranger",
})  # fmt: skip
PEOPLE = SIGNED_IN | {"anonymous"}


@dataclass(frozen=True)
class Wall:
    """One address and method: who passes and with which answer; what the others get.

    `passes` maps roles to a status. Everybody else who is signed in gets `refused`, the anonymous
    get `anonymous`. HOME and SOMEBODY among the arguments stand for real ones.
    """

    passes: dict[str, int]
    refused: int = 403
    anonymous: int = 302
    arguments: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)

    def status(self, role: str) -> int:
        """The answer expected for a role, `stranger` or `anonymous`."""
        if role in self.passes:
            return self.passes[role]
        return self.anonymous if role == "anonymous" else self.refused


def only(
    *roles: str, answer: int = 200, form: dict[str, str] | None = None, **arguments: Any
) -> Wall:
    """These roles get `answer`, other people 403, the anonymous are sent to sign in."""
    return Wall(dict.fromkeys(roles, answer), arguments=arguments, form=form or {})


def signed_in(answer: int = 200, **arguments: Any) -> Wall:
    """Every signed-in person."""
    return Wall(dict.fromkeys(SIGNED_IN, answer), arguments=arguments)


def everybody(answer: int = 200, **arguments: Any) -> Wall:
    """No sign-in needed."""
    return Wall({}, refused=answer, anonymous=answer, arguments=arguments)


def programs(verb: Permission, answer: int = 200, *, query: str = "", **arguments: Any) -> Program:
    """The JSON API: a session opens nothing, a token needs the verb."""
    return Program(verb, answer, arguments, query)


@dataclass(frozen=True)
class Program:
    """One address of the JSON API: the verb of the token that opens it, and the answer then."""

    verb: Permission
    answer: int
    arguments: dict[str, Any]
    query: str


LENDERS = ("officer", "manager")
LENDERS_AND_CADRES = (*LENDERS, "cadre")
OF_BUREAU = ("outreach:channels", "outreach:register", "outreach:keys")
PHONE_ASKS = ("outreach:my_badge_enrol", "outreach:my_badge_badges")
COUNTY_READERS = ("manager", "regulator", "analyst", "auditor")
BATCH_READERS = ("steward", "regulator", "operator")
WHY = "purpose=campaign"
SENT_ON = ("farmer", "steward", "regulator", "auditor", "accountant", "counter")  # by home
POLICE = ("police", "chief")
BOOK_READERS = ("officer", "manager", "accountant", "auditor")
RUN_READERS = ("analyst", "operator")
OUTREACH_READERS = ("channel", "bureau", "town")


def of_visits(*names: str) -> dict[str, Wall]:
    """What those who read of visits see of one that nobody knows."""
    wall = only(*OUTREACH_READERS, answer=404, ref=NOBODY_KNOWS)
    return {f"outreach:{name}": wall for name in names}


WATCH = dict.fromkeys(("guard:planted", "guard:insider_rules"), only())
WATCH["guard:insider_case"] = only("auditor", answer=404, ref=NOBODY_KNOWS)
PAGES: dict[str, Wall] = {
    "journeys:home": Wall({**dict.fromkeys(SIGNED_IN, 200), **dict.fromkeys(SENT_ON, 302)}),
    "journeys:workbench": only(*LENDERS_AND_CADRES),
    "journeys:export_lines": everybody(405),
    "journeys:household": only(*LENDERS_AND_CADRES, ref=HOME),
    "journeys:purpose": everybody(405, ref=HOME),
    "journeys:dimension": only(*LENDERS, answer=302, ref=HOME, dimension="assets"),
    "journeys:household_reads": only(*LENDERS, answer=302, ref=HOME),
    "journeys:identity": everybody(405, ref=HOME, person=SOMEBODY),
    "journeys:own_file": only("farmer"),
    "journeys:own_dimension": only("farmer", answer=404, dimension="assets"),
    "journeys:who_looked": only("farmer"),
    "journeys:organisation": only(*LENDERS_AND_CADRES, answer=404, ref=NOBODY_KNOWS),
    "journeys:reads": only("auditor"),
    "journeys:searches": only("auditor"),
    "journeys:audit": only("auditor"),
    "journeys:entry": only("auditor", answer=404, ref=NOBODY_KNOWS),
    "journeys:entry_proof": only("auditor", answer=404, ref=NOBODY_KNOWS),
    "journeys:log": only("auditor"),
    "journeys:checkpoint": everybody(404),
    "journeys:checkpoint_of": everybody(404, size=1),
    "journeys:consistency": everybody(404, old=1, new=2),
    "journeys:log_keys": everybody(),
    "journeys:cosignatures": everybody(405),
    "journeys:my_record": signed_in(),
    "journeys:runs": only(*RUN_READERS),
    "journeys:run": only(*RUN_READERS, answer=404, ref=NOBODY_KNOWS),
    "journeys:documents": signed_in(),
    "journeys:scorecard": signed_in(404, sha256="0" * 64),
    "journeys:policy": signed_in(404, sha256="0" * 64),
    "ecard:mine": only("farmer"),
    "ecard:code": only("farmer", answer=302),
    "ecard:activate": only("farmer"),
    "ecard:lost": only("farmer"),
    "ecard:history": only("farmer"),
    "ecard:offline": only("farmer"),
    "ecard:offline_worker": everybody(),
    "ecard:family": only("farmer"),
    "ecard:family_answer": only("farmer", answer=302, ref=NOBODY_KNOWS),
    "ecard:counter": only("counter"),
    "ecard:receipt": only("counter", answer=404, ref=NOBODY_KNOWS),
    "ecard:enrol": only("counter"),
    "ecard:agree": only("counter"),
    "ecard:hotline": only("cadre", "bureau"),
    "ecard:terminals": only("bureau"),
    "ecard:terminal": only("bureau", answer=404, ref=NOBODY_KNOWS),
    "lending:products": signed_in(),
    "lending:schedule": signed_in(),
    "lending:product": signed_in(404, sha256="0" * 64),
    "lending:compare": signed_in(404),
    "lending:new_draft": only(),
    "lending:draft": only(ref=NOBODY_KNOWS),
    "lending:applications": only(*LENDERS),
    "lending:counter": only(*LENDERS),
    "lending:apply_for": only(*LENDERS, person=SOMEBODY),
    "lending:authority": only(),
    "lending:application": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:security": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:releases": only(*LENDERS),
    "lending:letter": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:contract": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:paper": signed_in(404, ref=NOBODY_KNOWS),
    "lending:loan": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:loan_statement": signed_in(404, ref=NOBODY_KNOWS),
    "lending:loan_statement_file": signed_in(404, ref=NOBODY_KNOWS, form="pdf"),
    "lending:collections": only(*LENDERS),
    "lending:export_collections": everybody(405),
    "lending:collection": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:letter_paper": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:checks": only(*LENDERS),
    "lending:check": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:alerts": only(),
    "lending:alert": only(ref=NOBODY_KNOWS),
    "lending:loan_file": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:loan_file_paper": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:visit": only(*LENDERS),
    "lending:visit_worker": everybody(),
    "lending:visit_list": only(*LENDERS),
    "lending:visit_sync": everybody(405),
    "lending:visit_choose": everybody(405, person=SOMEBODY),
    "lending:pay_back": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:payments": only("accountant"),
    "lending:send_payments": everybody(405),
    "lending:enter_own_account": everybody(405),
    "lending:payment_results": everybody(405),
    "lending:settle_payment_result": everybody(405),
    "lending:payment_file": only(ref=NOBODY_KNOWS),
    "lending:statements": only("accountant"),
    "lending:statement_line": only("accountant", answer=404, ref=NOBODY_KNOWS),
    "lending:core_breaks": Wall({**dict.fromkeys(BOOK_READERS, 200), "auditor": 404}),
    "lending:core_break": only(*BOOK_READERS, answer=404, ref=NOBODY_KNOWS),
    "lending:loans": only(*LENDERS),
    "lending:send_loans": everybody(405),
    "lending:portfolio": only("manager"),
    "lending:send_portfolio": everybody(405, kind="csv"),
    "lending:county_books": only(*COUNTY_READERS),
    "lending:statistics": only("manager"),
    "lending:bureau": only(),
    "lending:send_delivery": only(ref=NOBODY_KNOWS),
    "lending:loan_bureau": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:change_loan": only(*LENDERS, answer=404, ref=NOBODY_KNOWS, step="rate"),
    "lending:my_loans": only("farmer"),
    "lending:my_loan": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "lending:borrow": only("farmer", answer=404, offer=NOBODY_KNOWS),
    "lending:my_application": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "lending:my_contract": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "outreach:check": everybody(),
    **dict.fromkeys(("outreach:village", "outreach:document"), everybody()),
    "outreach:voice": everybody(401),
    "outreach:photo": everybody(404, sha256="0" * 64),
    **dict.fromkeys(("outreach:my_badge", "outreach:my_badge_worker"), everybody()),
    **dict.fromkeys(PHONE_ASKS, everybody(405)),
    **of_visits("activity", "team", "team_phones", "badge", "card"),
    "outreach:activities": only(*OUTREACH_READERS),
    "outreach:teams": only("channel", answer=422),
    "outreach:new_activity": only("channel", answer=404, team=NOBODY_KNOWS),
    **dict.fromkeys(OF_BUREAU, only("bureau")),
    "outreach:channel": only("bureau", answer=404, ref=NOBODY_KNOWS),
    "outreach:stop": only("bureau", answer=404, kind="team", ref=NOBODY_KNOWS),
    "outreach:register_entry": only("bureau", answer=404, ref=NOBODY_KNOWS),
    "outreach:today": only("cadre"),
    "insight:county": only(*COUNTY_READERS),
    "insight:area": only(*COUNTY_READERS, code="339981101"),
    "sources:calendar": only(*BATCH_READERS),
    "sources:deliver": only("steward"),
    "sources:delivery": only(*BATCH_READERS, answer=404, ref=NOBODY_KNOWS),
    "sources:batches": only(*BATCH_READERS),
    "sources:batch": only(*BATCH_READERS, answer=404, ref=NOBODY_KNOWS),
    "sources:error_file": only("steward", answer=404, ref=NOBODY_KNOWS),
    "sources:withdraw": only("steward", answer=404, ref=NOBODY_KNOWS),
    "sources:contracts": only(*BATCH_READERS),
    "sources:contract": only(*BATCH_READERS, name="person"),
    "sources:template": only(*BATCH_READERS, name="person", kind="csv"),
    "ledger:trial_balance": only(*BOOK_READERS),
    "ledger:accounts": only(*BOOK_READERS, answer=404, kind="999999"),
    "ledger:statement": only(*BOOK_READERS, answer=404, ref=NOBODY_KNOWS),
    "ledger:assert_balance": everybody(405, ref=NOBODY_KNOWS),
    "ledger:journal": only(*BOOK_READERS, answer=404, ref=NOBODY_KNOWS),
    "ledger:assertions": only(*BOOK_READERS),
    "ledger:explain": only("accountant", answer=404, ref=NOBODY_KNOWS),
    "ledger:periods": only(*BOOK_READERS),
    "ledger:close_period": everybody(405),
    "ledger:core_codes": only(*BOOK_READERS),
    "ledger:keep_core_codes": everybody(405),
    "ledger:export": everybody(405, what="trial-balance", form="csv"),
    "guard:feeds": only(*POLICE),
    "guard:feed": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:rulebooks": only(*POLICE),
    "guard:new_rulebook": only(),
    "guard:rulebook_draft": only(ref=NOBODY_KNOWS),
    "guard:confirm_use": everybody(405, ref=NOBODY_KNOWS),
    "guard:rulebook": only(*POLICE, answer=404, sha256="0" * 64),
    "guard:cases": only(*POLICE),
    "guard:case": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:orders": only(*POLICE),
    "guard:order": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:order_paper": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:new_order": only(ref=NOBODY_KNOWS),
    "guard:victim_paper": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:targets": only(*POLICE),
    "guard:warnings": only("cadre"),
    "guard:my_accounts": only("farmer"),
    "guard:packs": only(*POLICE),
    "guard:pack": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:pack_file": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:new_pack": only(ref=NOBODY_KNOWS),
    "guard:requests": only("bureau", "manager"),
    "guard:insiders": only("auditor"),
    **WATCH,
    "guard:asked": only(*POLICE),
    "web:language": everybody(302),
    "web:text_size": everybody(405),
    "web:offline_check": everybody(),
    "web:offline_worker": everybody(),
    "web:offline_bundle": everybody(404),
    "web:offline_decoder": everybody(404, name="another.js"),
    "health": everybody(),
    "api:openapi-json": everybody(),
    "api:api-root": everybody(404),
    "account_login": Wall({}, refused=302, anonymous=200),
    "account_logout": signed_in(),
    "account_inactive": everybody(),
    "account_reauthenticate": signed_in(403),
    "account_change_password": signed_in(302),
    "account_set_password": signed_in(),
    "mfa_index": signed_in(),
    "mfa_authenticate": everybody(302),
    "mfa_reauthenticate": signed_in(403),
    "mfa_activate_totp": signed_in(),
    "mfa_deactivate_totp": signed_in(404),
    "mfa_view_recovery_codes": signed_in(404),
    "mfa_generate_recovery_codes": signed_in(),
    "mfa_download_recovery_codes": signed_in(404),
    "mfa_list_webauthn": signed_in(),
    "mfa_add_webauthn": signed_in(),
    "mfa_login_webauthn": everybody(302),
    "mfa_reauthenticate_webauthn": signed_in(403),
    "mfa_remove_webauthn": signed_in(404, pk=1),
    "mfa_edit_webauthn": signed_in(404, pk=1),
}
"""Answers to GET. Nobody has chosen a purpose, a password or a second factor; so a dimension sends
back to the household, where the purpose is asked."""

DEEDS: dict[str, Wall] = {
    "journeys:export_lines": only(form={"purpose": "campaign"}),
    "journeys:purpose": only(
        *LENDERS_AND_CADRES, answer=302, ref=HOME, form={"purpose": "campaign"}
    ),
    "journeys:identity": only(*LENDERS, answer=404, ref=HOME, person=SOMEBODY),
    "ecard:code": only("farmer", answer=422),
    "ecard:activate": only("farmer", answer=422),
    "ecard:lost": only("farmer", answer=422),
    "ecard:offline": only("farmer", answer=422),
    "ecard:family": only("farmer", answer=422),
    "ecard:family_answer": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "ecard:counter": only("counter", answer=422),
    "ecard:enrol": only("counter", answer=422),
    "ecard:agree": only("counter", answer=422),
    "ecard:hotline": only("cadre", "bureau", answer=422),
    "ecard:terminals": only("bureau", answer=422),
    "ecard:terminal": only("bureau", answer=404, ref=NOBODY_KNOWS),
    "lending:new_draft": only(),
    "lending:draft": only(ref=NOBODY_KNOWS),
    "lending:counter": only(*LENDERS, answer=422),
    "lending:apply_for": only(*LENDERS, person=SOMEBODY),
    "lending:visit_sync": only(*LENDERS, answer=422),
    "lending:visit_choose": only(*LENDERS, answer=302, person=SOMEBODY),
    "lending:authority": only(),
    "lending:application": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:security": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:contract": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:collections": only(*LENDERS, answer=422),
    "lending:export_collections": only(),
    "lending:collection": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:check": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:alert": only(ref=NOBODY_KNOWS),
    "lending:pay_back": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:send_payments": only(),
    "lending:enter_own_account": only(),
    "lending:payment_results": only(),
    "lending:settle_payment_result": only(),
    "lending:statements": only("accountant", answer=422),
    "lending:statement_line": only("accountant", answer=404, ref=NOBODY_KNOWS),
    "lending:core_breaks": Wall({"accountant": 422, "auditor": 404}),
    "lending:core_break": only(*BOOK_READERS, answer=404, ref=NOBODY_KNOWS),
    "lending:send_loans": only(),
    "lending:bureau": only(),
    "lending:loan_bureau": only(*LENDERS, answer=404, ref=NOBODY_KNOWS),
    "lending:send_portfolio": only("manager", kind="csv"),
    "lending:change_loan": only(*LENDERS, answer=404, ref=NOBODY_KNOWS, step="rate"),
    "lending:my_loan": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "lending:borrow": only("farmer", answer=404, offer=NOBODY_KNOWS),
    "lending:my_application": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "lending:my_contract": only("farmer", answer=404, ref=NOBODY_KNOWS),
    "outreach:check": everybody(422),
    **dict.fromkeys(PHONE_ASKS, everybody(422)),
    "outreach:voice": everybody(401),
    **of_visits("activity", "team", "team_phones", "badge"),
    "outreach:teams": only("channel", answer=422),
    "outreach:new_activity": only("channel", answer=404, team=NOBODY_KNOWS),
    **dict.fromkeys(OF_BUREAU, only("bureau", answer=404)),
    "outreach:stop": only("bureau", answer=404, kind="team", ref=NOBODY_KNOWS),
    "outreach:register_entry": only("bureau", answer=404, ref=NOBODY_KNOWS),
    "outreach:today": only("cadre", answer=404),
    "sources:deliver": only("steward", answer=422),
    "sources:withdraw": only("steward", answer=404, ref=NOBODY_KNOWS),
    "guard:feeds": only(*POLICE, answer=422),
    "guard:feed": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:new_rulebook": only(),
    "guard:rulebook_draft": only(ref=NOBODY_KNOWS),
    "guard:confirm_use": only(ref=NOBODY_KNOWS),
    "guard:rulebook": only(*POLICE, answer=404, sha256="0" * 64),
    "guard:case": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    **WATCH,
    "guard:order": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:new_order": only(ref=NOBODY_KNOWS),
    "guard:targets": only(*POLICE, answer=422),
    "guard:warnings": only("cadre", answer=404),
    "guard:my_accounts": only("farmer", answer=404),
    "guard:packs": only(*POLICE, answer=404),
    "guard:pack": only(*POLICE, answer=404, ref=NOBODY_KNOWS),
    "guard:new_pack": only(ref=NOBODY_KNOWS),
    "guard:requests": only("bureau", "manager", answer=422),
    "guard:asked": only(*POLICE, answer=422),
    "ledger:assert_balance": only("accountant", answer=404, ref=NOBODY_KNOWS),
    "ledger:explain": only("accountant", answer=404, ref=NOBODY_KNOWS),
    "ledger:close_period": only(),
    "ledger:keep_core_codes": only("accountant", answer=422),
    "ledger:export": Wall(
        {**dict.fromkeys(BOOK_READERS, 200), "auditor": 404},
        arguments={"what": "trial-balance", "form": "csv"},
    ),
    "journeys:cosignatures": everybody(422),
    "account_logout": Wall({}, refused=302, anonymous=302),
    "web:text_size": everybody(302),
}
"""Answers to POST, for every address that changes something. Without a purpose no identity opens."""

PROGRAMS: dict[str, Program] = {
    "api:deliver": programs(Permission.DELIVER_BATCH, 422),
    "api:delivery": programs(Permission.READ_BATCHES, 404, ref=NOBODY_KNOWS),
    "api:batches": programs(Permission.READ_BATCHES),
    "api:batch": programs(Permission.READ_BATCHES, 404, ref=NOBODY_KNOWS),
    "api:batch_errors": programs(Permission.DELIVER_BATCH, 404, ref=NOBODY_KNOWS),
    "api:contracts": programs(Permission.READ_BATCHES),
    "api:contract": programs(Permission.READ_BATCHES, 404, name="nothing"),
    "api:profile": programs(Permission.READ_HOUSEHOLD, query=WHY, ref=HOME),
    "api:score": programs(Permission.READ_SCORE, query=WHY, ref=HOME),
    "api:explanation": programs(Permission.READ_SCORE, query=WHY, ref=HOME),
    "api:plan": programs(Permission.PLAN_LOAN, 415),
    "api:payments": programs(Permission.CARRY_PAYMENTS),
    "api:make_file": programs(Permission.CARRY_PAYMENTS, 415),
    "api:fetch_file": programs(Permission.CARRY_PAYMENTS, 404, ref=NOBODY_KNOWS),
    "api:take_file": programs(Permission.CARRY_PAYMENTS, 404, ref=NOBODY_KNOWS),
    "api:take_results": programs(Permission.CARRY_PAYMENTS, 415),
    "api:take_bank_statement": programs(Permission.CARRY_PAYMENTS, 422),
    "api:bank_statements": programs(Permission.CARRY_PAYMENTS),
    "api:bank_lines": programs(Permission.CARRY_PAYMENTS),
    "api:bank_line": programs(Permission.CARRY_PAYMENTS, 404, ref=NOBODY_KNOWS),
    "api:list_core_codes": programs(Permission.CARRY_PAYMENTS),
    "api:put_core_codes": programs(Permission.CARRY_PAYMENTS, 422),
    "api:collections": programs(Permission.READ_LOANS),
    "api:loan_collection": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:record_loan_contact": programs(Permission.SEND_LOANS, 422, ref=NOBODY_KNOWS),
    "api:loan_alerts": programs(Permission.READ_LOANS),
    "api:loan_alert": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:portfolio": programs(Permission.READ_LOANS),
    "api:loan_products": programs(Permission.READ_LOANS),
    "api:submit_loan_application": programs(Permission.SEND_LOANS, 422),
    "api:loan_applications": programs(Permission.READ_LOANS),
    "api:loan_application": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:withdraw_loan_application": programs(Permission.SEND_LOANS, 404, ref=NOBODY_KNOWS),
    "api:draft_loan_contract": programs(Permission.SEND_LOANS, 404, ref=NOBODY_KNOWS),
    "api:loan_contract": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:loan_paper": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:announce_device": programs(Permission.SEND_LOANS, 422, ref=NOBODY_KNOWS),
    "api:draw_loan": programs(Permission.SEND_LOANS, 422, ref=NOBODY_KNOWS),
    "api:loans": programs(Permission.READ_LOANS),
    "api:loan": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:loan_quote": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:take_repayment": programs(Permission.SEND_LOANS, 422, ref=NOBODY_KNOWS),
    "api:loan_statement": programs(Permission.READ_LOANS, 404, ref=NOBODY_KNOWS),
    "api:entry_proof": programs(Permission.READ_AUDIT, 404, ref=NOBODY_KNOWS),
    "api:redeem_ecard": programs(Permission.REDEEM_ECARD, 422),
    "api:ecard_redemption": programs(Permission.REDEEM_ECARD, 404, ref=NOBODY_KNOWS),
    **dict.fromkeys(("api:field_teams", "api:file"), programs(Permission.FILE_ACTIVITY, 422)),
    "api:activity": programs(Permission.FILE_ACTIVITY, 404, ref=NOBODY_KNOWS),
    "api:village_activities": programs(Permission.CHECK_TEAMS, village="339981101201"),
    "api:check_team": programs(Permission.CHECK_TEAMS, 422),
    "api:letter": programs(Permission.CHECK_TEAMS, query="number=1"),
    "api:take": programs(Permission.SEND_EVENTS, 422, feed="nobody"),
    "api:joint_order": programs(Permission.ANSWER_ORDERS, 404, ref=NOBODY_KNOWS),
    "api:take_receipts": programs(Permission.ANSWER_ORDERS, 422, ref=NOBODY_KNOWS),
    "api:lines": programs(Permission.READ_LINE, query=WHY, ref=HOME),
}
