"""One household: the fast way equals the slow way, and what would change it is true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import reference
from tests.core.cards import cards, expert, households
from xinnong.core.bins import DIMENSIONS
from xinnong.core.reasons import REASONS_SHOWN, Reason
from xinnong.core.scorecard import FeatureMissing, Scorecard, ScoreResult, score_one

Values = dict[str, int | None]


@given(data=st.data(), first_borrower=st.booleans())
def test_it_scores_any_card_as_the_slow_reference_does(
    *, data: st.DataObject, first_borrower: bool
) -> None:
    card = data.draw(cards())
    values = data.draw(households(card))
    result = score_one(card, values, first_borrower=first_borrower)
    assert _plain(result) == reference.score(card, values, first_borrower=first_borrower)


@given(data=st.data(), first_borrower=st.booleans())
def test_it_scores_the_expert_card_as_the_slow_reference_does(
    *, data: st.DataObject, first_borrower: bool
) -> None:
    values = data.draw(households(expert()))
    result = score_one(expert(), values, first_borrower=first_borrower)
    assert _plain(result) == reference.score(expert(), values, first_borrower=first_borrower)


def _plain(result: ScoreResult) -> object:
    worst = [(reason.feature, reason.lost_points) for reason in result.reasons]
    return result.points, result.grade, result.by_feature, result.by_dimension, worst


@given(st.data())
def test_it_stays_within_the_card_and_every_dimension_within_its_weight(
    data: st.DataObject,
) -> None:
    result = score_one(expert(), data.draw(households(expert())))
    assert 0 <= result.points <= 100
    assert sum(result.by_dimension.values()) == result.points
    for name in DIMENSIONS:
        assert 0 <= result.by_dimension[name] <= expert().weights[name]


@given(data=st.data(), first_borrower=st.booleans())
def test_what_would_change_it_changes_it_by_exactly_that(
    *, data: st.DataObject, first_borrower: bool
) -> None:
    card = data.draw(cards())
    values = data.draw(households(card))
    before = score_one(card, values, first_borrower=first_borrower)
    assert len(before.reasons) <= REASONS_SHOWN
    for reason in before.reasons:
        after = score_one(card, values | _followed(reason), first_borrower=first_borrower)
        if reason.direction in ("at_least", "below", "is"):
            assert after.points - before.points == reason.gain_points > 0


def _followed(reason: Reason) -> Values:
    if reason.next_edge is None:
        return {}
    return {reason.feature: reason.next_edge - (reason.direction == "below")}


@given(data=st.data(), first_borrower=st.booleans())
def test_knowing_never_adds_more_than_its_reason_says(
    *, data: st.DataObject, first_borrower: bool
) -> None:
    card = data.draw(cards())
    values = data.draw(households(card))
    before = score_one(card, values, first_borrower=first_borrower)
    for reason in before.reasons:
        if reason.direction == "known" and card.features[_place(card, reason)].kind == "numeric":
            feature = card.features[_place(card, reason)]
            best = feature.points.index(max(feature.points))
            edges = (*feature.edges, 0)
            value = feature.edges[best - 1] if best else edges[0] - 1
            after = score_one(card, values | {reason.feature: value}, first_borrower=first_borrower)
            assert max(0, after.points - before.points) == reason.gain_points


def _place(card: Scorecard, reason: Reason) -> int:
    return card.names.index(reason.feature)


@given(data=st.data(), first_borrower=st.booleans())
def test_a_better_value_never_lowers_the_expert_score(
    *, data: st.DataObject, first_borrower: bool
) -> None:
    values = data.draw(households(expert()))
    feature = data.draw(st.sampled_from(expert().features))
    assert feature.trend in ("rising", "falling")
    low, high = sorted(data.draw(st.tuples(*[st.integers(-(10**10), 10**10)] * 2)))
    worse, better = (low, high) if feature.trend == "rising" else (high, low)
    points = [
        score_one(expert(), values | {feature.name: value}, first_borrower=first_borrower).points
        for value in (worse, better)
    ]
    assert points[0] <= points[1]


def test_bins_are_closed_below_and_open_above() -> None:
    values: Values = dict.fromkeys(expert().names)
    feature = next(each for each in expert().features if each.name == "house_value")
    place = expert().names.index("house_value")
    for position, edge in enumerate(feature.edges):
        below = score_one(expert(), values | {"house_value": edge - 1}).by_feature[place]
        at = score_one(expert(), values | {"house_value": edge}).by_feature[place]
        assert (below, at) == (feature.points[position], feature.points[position + 1])


def test_a_first_borrower_gets_the_bin_meant_for_one() -> None:
    values: Values = dict.fromkeys(expert().names)
    meant = [each for each in expert().features if each.first_borrower_points is not None]
    plain = score_one(expert(), values)
    first = score_one(expert(), values, first_borrower=True)
    difference = sum((each.first_borrower_points or 0) - each.unknown_points for each in meant)
    assert [each.name for each in meant] == ["worst_dpd_24m", "loans_repaid", "lines_used_percent"]
    assert first.points - plain.points == difference


def test_it_refuses_values_that_leave_a_feature_out_by_name() -> None:
    values: Values = dict.fromkeys(expert().names)
    del values["members"], values["deposits"]
    with pytest.raises(FeatureMissing) as refused:
        score_one(expert(), values)
    assert refused.value.code == "score.feature_missing"
    assert refused.value.params == {"features": ("deposits", "members")}


def test_ranks_of_reasons_belong_to_one_cell_each() -> None:
    ranks = [cell.rank for cell in expert().cells if cell.reason is not None]
    assert len(set(ranks)) == len(ranks)
    assert min(ranks) > 0


@given(cards())
def test_ranks_are_unique_in_any_card(card: Scorecard) -> None:
    ranks = [cell.rank for cell in card.cells if cell.reason is not None]
    assert len(set(ranks)) == len(ranks)
    assert all(rank > 0 for rank in ranks)
