"""What a steward fills in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from xinnong.analytics.contracts import FORM, FORM_TABLES, load_contracts
from xinnong.sources.models import BatchState
from xinnong.sources.storage import LARGEST, MEBIBYTE, TYPES, UPLOAD_BYTES
from xinnong.sources.wording import in_language

REASON_LENGTH = 200


class DeliverForm(forms.Form):
    """A file, and what its name does not say."""

    file = forms.FileField(
        label=_("文件"),
        widget=forms.FileInput(attrs={"accept": ",".join(TYPES), "class": "drop"}),
    )
    class_name = forms.ChoiceField(
        label=_("数据类"),
        required=False,
        help_text=_("文件名是“数据类_年月日”的不用选。"),
    )
    as_of = forms.DateField(
        label=_("数据日期"),
        required=False,
        help_text=_("文件名里有日期的不用填。"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    validate_only = forms.BooleanField(
        label=_("只校验，不入库"), required=False, help_text=_("先看报告，再决定要不要报送。")
    )

    def __init__(
        self, *args: object, classes: Iterable[str], today: date, **kwargs: object
    ) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        self.today = today
        self.fields["file"].help_text = _says_types_and_limits()
        own = set(classes)
        choices = [(name, class_title(name)) for name in load_contracts() if name in own]
        if own.issuperset(FORM_TABLES):
            choices.append((FORM, str(_("入户采集（一个工作簿四张表）"))))
        field = self.fields["class_name"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("由文件判断")), *choices]

    def clean_as_of(self) -> date | None:
        """Rows cannot be true tomorrow."""
        as_of: date | None = self.cleaned_data["as_of"]
        if as_of is not None and as_of > self.today:
            raise forms.ValidationError(_("数据日期不能晚于今天。"))
        return as_of


def _says_types_and_limits() -> str:
    types = gettext("可以把文件拖到这里。支持 CSV、XLSX、Parquet、JSON Lines，或装着它们的 ZIP。")
    limits = gettext("XLSX 每个不超过 %(sheet_mb)s MB，其他每个不超过 %(other_gb)s GB。")
    sizes = {
        "sheet_mb": LARGEST[".xlsx"] // MEBIBYTE,
        "other_gb": UPLOAD_BYTES // (1024 * MEBIBYTE),
    }
    return types + limits % sizes


class WithdrawForm(forms.Form):
    """Why a batch is taken back."""

    reason = forms.CharField(
        label=_("撤回原因"),
        max_length=REASON_LENGTH,
        help_text=_("写给以后查看的人，不要写个人信息。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class BatchFilter(forms.Form):
    """Which reports the list shows; lives in the address."""

    class_name = forms.ChoiceField(label=_("数据类"), required=False)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, *args: object, classes: Iterable[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed through
        own = set(classes)
        names = [(name, class_title(name)) for name in load_contracts() if name in own]
        _choices(self.fields["class_name"], names)
        _choices(self.fields["state"], list(BatchState.choices))


def _choices(field: forms.Field, choices: Sequence[tuple[str, object]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("全部")), *choices]


def class_title(name: str) -> str:
    """Title of a class in the language of the page, with its number as in the reference."""
    contract = load_contracts().get(name)
    if contract is None:
        return name
    return f"{contract.number}. {in_language(contract.title_zh, contract.title_en)}"
