"""Tables and figures of the books."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from xinnong.ledger.chart import kind_name
from xinnong.ledger.models import Account, Journal, Period
from xinnong.ledger.naming import product_names
from xinnong.ledger.queries import Compared, Statement, TrialBalance
from xinnong.ledger.reasons import reason_words
from xinnong.web.figures import count, yuan
from xinnong.web.paging import Pager
from xinnong.web.tables import Cell, Column, Definition, Table

SHORT_SUM = 12


def account_name(account: Account, products: Mapping[str, str] | None = None) -> str:
    """Code, name, product and number of an account; never whose it is.

    `products`: their names by code, where many accounts are named at once.
    """
    names = product_names() if products is None else products
    product = names.get(account.product, account.product)
    parts = [account.kind, kind_name(account.chart_kind), product, f"#{account.pk}"]
    return " ".join(part for part in parts if part)


def trial_table(found: TrialBalance, query: str) -> Table:
    """The trial balance; each code leads to its accounts."""
    products = product_names()
    rows = [
        [
            Cell(
                f"{row.kind.code} {kind_name(row.kind)}",
                url=f"{reverse('ledger:accounts', args=[row.kind.code])}?{_with(query, row.product)}",
                note=products.get(row.product, row.product),
            ),
            Cell(count(row.accounts)),
            Cell(_money(row.debit_balance_minor)),
            Cell(_money(row.credit_balance_minor)),
        ]
        for row in found.rows
    ]
    if rows:
        accounts = sum(row.accounts for row in found.rows)
        sums = (_money(found.debits_minor), _money(found.credits_minor))
        rows.append([Cell(_("合计")), Cell(count(accounts)), *map(Cell, sums)])
    return Table(
        _("试算平衡表"),
        [
            Column(_("科目")),
            Column(_("账户数"), is_figure=True),
            Column(_("借方余额"), is_figure=True),
            Column(_("贷方余额"), is_figure=True),
        ],
        rows,
        empty_title=_("还没有记过账"),
        empty_hint=_("记账以后，这里按科目列出余额。"),
    )


def accounts_table(found: Sequence[Account], balances: Sequence[int], pager: Pager) -> Table:
    """Accounts of one code."""
    products = product_names()
    rows = [
        [
            Cell(
                account_name(account, products), url=reverse("ledger:statement", args=[account.ref])
            ),
            Cell(_("已销户") if account.closed_at else _("正常")),
            Cell(yuan(balance)),
        ]
        for account, balance in zip(found, balances, strict=True)
    ]
    columns = [Column(_("账户")), Column(_("状态")), Column(_("余额"), is_figure=True)]
    return Table(_("账户"), columns, rows, pager=pager, empty_title=_("没有账户"))


def statement_table(found: Statement, pager: Pager) -> Table:
    """Movements with the balance after each."""
    rows = [
        [
            Cell(_day(line.business_on), url=reverse("ledger:journal", args=[line.journal])),
            Cell(reason_words(line.reason), note=line.reference),
            Cell(_money(line.debit_minor)),
            Cell(_money(line.credit_minor)),
            Cell(yuan(line.balance_minor)),
        ]
        for line in found.lines
    ]
    columns = [
        Column(_("记账日")),
        Column(_("摘要")),
        Column(_("借方"), is_figure=True),
        Column(_("贷方"), is_figure=True),
        Column(_("余额"), is_figure=True),
    ]
    return Table(_("明细"), columns, rows, pager=pager, empty_title=_("这段时间没有发生额"))


def journal_facts(journal: Journal, reversal: Journal | None) -> list[Definition]:
    """When, why and by which command; what it reversed or what reversed it."""
    facts = [
        Definition(_("记账日"), _day(journal.business_on)),
        Definition(_("入账时间"), _moment(journal.booked_at)),
        Definition(_("摘要"), reason_words(journal.reason), note=journal.reason),
        Definition(_("业务编号"), journal.reference or "—"),
        Definition(_("流水键"), journal.key, note=journal.route),
    ]
    if reversal is not None:
        url = reverse("ledger:journal", args=[reversal.ref])
        facts.append(Definition(_("冲正"), _("已由另一张凭证冲正"), url=url))
    if journal.reverses is not None:
        url = reverse("ledger:journal", args=[journal.reverses.ref])
        facts.append(Definition(_("冲正"), _("冲正另一张凭证"), url=url))
    return facts


def transfers_table(journal: Journal) -> Table:
    """The transfers of a journal."""
    products = product_names()
    rows = [
        [
            Cell(str(at)),
            _side(t.debit, products),
            _side(t.credit, products),
            Cell(reason_words(t.reason)),
            Cell(t.get_state_display()),
            Cell(yuan(t.amount_minor)),
        ]
        for at, t in enumerate(sorted(journal.transfers.all(), key=lambda t: t.pk), 1)
    ]
    columns = [
        Column(_("笔")),
        Column(_("借方")),
        Column(_("贷方")),
        Column(_("摘要")),
        Column(_("状态")),
        Column(_("金额"), is_figure=True),
    ]
    return Table(_("分录"), columns, rows)


def _side(account: Account, products: Mapping[str, str]) -> Cell:
    url = reverse("ledger:statement", args=[account.ref])
    return Cell(account_name(account, products), url=url)


def assertions_table(found: Sequence[Compared], pager: Pager) -> Table:
    """What others say beside what we have."""
    products = product_names()
    rows = [
        [
            Cell(
                account_name(one.assertion.account, products),
                url=reverse("ledger:statement", args=[one.assertion.account.ref]),
                note=f"{one.assertion.get_source_display()} {one.assertion.reference}",
            ),
            Cell(_day(one.assertion.business_on)),
            Cell(yuan(one.assertion.expected_minor)),
            Cell(yuan(one.computed_minor)),
            Cell(yuan(one.difference_minor)),
            _state(one),
        ]
        for one in found
    ]
    columns = [
        Column(_("账户")),
        Column(_("日期")),
        Column(_("对方余额"), is_figure=True),
        Column(_("我方余额"), is_figure=True),
        Column(_("差异"), is_figure=True),
        Column(_("状态")),
    ]
    return Table(
        _("对账"),
        columns,
        rows,
        pager=pager,
        empty_title=_("还没有对过账"),
        empty_hint=_("在账户明细页登记银行对账单、现金盘点或保险公司对账单的余额。"),
    )


def _state(one: Compared) -> Cell:
    if one.difference_minor == 0:
        return Cell(_("相符"), tone="good")
    if one.is_open:
        url = reverse("ledger:explain", args=[one.assertion.ref])
        return Cell(_("有差异，去说明"), tone="bad", url=url)
    return Cell(_("已说明"), tone="warn", note=one.assertion.explanation)


def periods_table(found: Sequence[Period]) -> Table:
    """Months, open and closed."""
    rows = [
        [
            Cell(f"{_day(period.first_on)} — {_day(period.last_on)}"),
            Cell(_("已结账"), tone="good") if period.closed_at else Cell(_("未结账"), tone="plain"),
            Cell(_moment(period.closed_at) if period.closed_at else "—"),
            Cell(count(period.transfers) if period.closed_at else "—"),
            Cell(period.checksum[:SHORT_SUM] or "—"),
        ]
        for period in found
    ]
    columns = [
        Column(_("期间")),
        Column(_("状态")),
        Column(_("结账时间")),
        Column(_("笔数"), is_figure=True),
        Column(_("校验值")),
    ]
    return Table(
        _("会计期间"),
        columns,
        rows,
        empty_title=_("还没有结过账"),
        empty_hint=_("月末后由会计结账。"),
    )


def _with(query: str, product: str) -> str:
    more = urlencode({"product": product}) if product else ""
    return "&".join(part for part in (query, more) if part)


def _money(minor: int) -> str:
    return yuan(minor) if minor else ""


def _day(day: object) -> str:
    return str(formats.date_format(day, "SHORT_DATE_FORMAT"))  # type: ignore[arg-type]


def _moment(at: object) -> str:
    return str(formats.date_format(timezone.localtime(at), "SHORT_DATETIME_FORMAT"))  # type: ignore[arg-type]
