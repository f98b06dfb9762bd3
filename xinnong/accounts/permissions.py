"""Every verb a person or an API client can be allowed, one name per verb."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """The value is stable: it stands in API tokens, expectation tables and audit entries."""

    FIND_HOUSEHOLDS = "households.find"
    READ_HOUSEHOLD = "households.read"
    UNMASK_IDENTITY = "identity.unmask"
    READ_SCORE = "scores.read"
    READ_LINE = "lines.read"
    READ_FACTS = "facts.read"
    READ_WHO_LOOKED = "reads.of-household"
    READ_OWN_FILE = "own-file.read"
    DELIVER_BATCH = "batches.deliver"
    READ_BATCHES = "batches.read"
    READ_COUNTY = "county.read"
    READ_RUNS = "runs.read"
    RUN_REFRESH = "runs.start"
    EXPORT_LINES = "lines.export"
    EXPORT_HOUSEHOLDS = "households.export"
    PUBLISH_SCORECARD = "scorecards.publish"
    PUBLISH_POLICY = "policies.publish"
    PUBLISH_PRODUCT = "products.publish"
    PLAN_LOAN = "schedules.plan"
    APPLY_FOR_LOAN = "loans.apply"
    HANDLE_LOANS = "loans.handle"
    READ_LOANS = "loans.read"
    SEND_LOANS = "loans.send"
    CONFIRM_LOANS = "loans.confirm"
    RESOLVE_LOANS = "loans.resolve"
    SET_AUTHORITY = "authority.set"
    READ_PORTFOLIO = "portfolio.read"
    EXPORT_LOANS = "loans.export"
    REPORT_BUREAU = "bureau.report"
    READ_AUDIT = "audit.read"
    READ_READS = "reads.review"
    KEEP_WATCH = "watch.keep"
    BREAK_GLASS = "households.break-glass"
    MANAGE_USERS = "users.manage"
    MANAGE_CLIENTS = "clients.manage"
    MANAGE_AREAS = "areas.manage"
    READ_LEDGER = "ledger.read"
    KEEP_LEDGER = "ledger.keep"
    CLOSE_LEDGER = "ledger.close"
    CARRY_PAYMENTS = "payments.carry"
    FILE_ACTIVITY = "activities.file"
    READ_ACTIVITIES = "activities.read"
    APPROVE_ACTIVITY = "activities.approve"
    COUNT_HEADS = "activities.count-heads"
    CHECK_TEAMS = "teams.check"
    LICENSE_CHANNEL = "channels.license"
    STOP_CHANNEL = "channels.stop"
    FILE_DOCUMENT = "documents.file"
    SEND_EVENTS = "events.send"
    MANAGE_FEEDS = "feeds.manage"
    PUBLISH_RULEBOOK = "rulebooks.publish"
    READ_CASES = "cases.read"
    HANDLE_CASES = "cases.handle"
    READ_WARNINGS = "warnings.read"
    REVEAL_NUMBERS = "cases.reveal"
    SIGN_ORDERS = "orders.sign"
    APPROVE_ORDERS = "orders.approve"
    REQUEST_ORDERS = "orders.request"
    ANSWER_ORDERS = "orders.answer"
    HOLD_ECARD = "ecard.hold"
    REDEEM_ECARD = "ecard.redeem"
    ACTIVATE_ECARD = "ecard.activate"
    REVOKE_ECARD = "ecard.revoke"
    KEEP_TERMINALS = "ecard.terminals"


PERSONAL: frozenset[Permission] = frozenset(
    {
        Permission.FIND_HOUSEHOLDS,
        Permission.READ_HOUSEHOLD,
        Permission.EXPORT_LINES,
        Permission.EXPORT_HOUSEHOLDS,
        Permission.RUN_REFRESH,
        Permission.READ_LOANS,
        Permission.SEND_LOANS,
        Permission.REDEEM_ECARD,
    }
)
"""Whoever holds one of these may see rows about persons inside their areas; nobody else may."""

RESULTS: frozenset[Permission] = frozenset({Permission.READ_SCORE, Permission.READ_LINE})
"""A program with one of these reads households whose reference it has, and finds none."""
