"""Parts of a file that reads show and questions that lists answer; the family reads their words."""

from __future__ import annotations

from typing import Final

FIELDS: Final = frozenset(
    {
        "household",
        "members",
        "profile",
        "score",
        "line",
        "ecard",
        "facts.assets",
        "facts.liabilities",
        "facts.income",
        "facts.family",
        "facts.standing",
        "facts.character",
        "rid",
        "phone",
        "address",
        "applications",
        "loans",
        "loan",
        "repayments",
        "contract",
        "visit",
        "sealed",
        "collection",
        "checks",
        "collateral",
        "guarantors",
    }
)
"""Parts of a file."""

ASKED: Final = frozenset(
    {
        "nothing",
        "name",
        "initials",
        "household",
        "organisation",
        "rid",
        "phone",
        "tail4",
        "tail5",
        "tail6",
        "export",
        "recent",
        "village",
        "applications",
        "loans",
        "collections",
        "checks",
        "releases",
        "alert",
        "bureau",
    }
)
"""Kinds of questions that lists answer; never what was typed."""
