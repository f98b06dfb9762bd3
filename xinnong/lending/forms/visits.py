"""The forms that are filled in at a farmhouse, as they stand on a page without anybody's data.

What comes home is read by the forms of the desk; these only draw the fields.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from xinnong.core.origination import PURPOSES
from xinnong.lending import wording
from xinnong.lending.forms.loans import MOST_REFERENCE
from xinnong.lending.models import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

CAMERA = {"accept": "image/*", "capture": "environment"}
PICTURE_HELP = _("照片先加密留在这台设备上，有网络时发送。")


class OfflineForm(forms.Form):
    """Each kind of form names its fields apart from the others on the same page."""

    use_required_attribute = True


class OfflineVisitForm(OfflineForm):
    """What was seen."""

    companion = forms.SlugField(label=_("同行的同事（登录名）"), max_length=64)
    photo = forms.FileField(
        label=_("现场照片"), widget=forms.FileInput(attrs=CAMERA), help_text=PICTURE_HELP
    )
    purpose = forms.ChoiceField(
        label=_("看到的用途"), choices=[(code, wording.WORDS[code]) for code in PURPOSES]
    )
    crop = forms.ChoiceField(label=_("作物"), required=False)
    mu = forms.DecimalField(label=_("规模（亩）"), min_value=0, max_digits=8, decimal_places=2)
    finding = forms.ChoiceField(label=_("结论"), choices=Finding.choices)

    def __init__(self, *, crops: Sequence[str]) -> None:
        super().__init__(auto_id="investigation_%s")
        field = self.fields["crop"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("其他")), *((crop, crop) for crop in crops)]


class OfflineWishForm(OfflineForm):
    """What somebody asks for; product, ways and produce are filled in from what was taken along."""

    offer = forms.ChoiceField(label=_("产品"))
    amount = forms.CharField(
        label=_("借多少（元）"), max_length=16, widget=forms.TextInput({"inputmode": "decimal"})
    )
    months = forms.IntegerField(label=_("借几个月"), min_value=1, max_value=600, initial=12)
    method = forms.ChoiceField(label=_("怎么还"))
    purpose = forms.ChoiceField(
        label=_("用来做什么"), choices=[(code, wording.WORDS[code]) for code in PURPOSES]
    )
    wants_letter = forms.BooleanField(label=_("没有手机，结果用纸质信件告知"), required=False)

    def __init__(self) -> None:
        super().__init__(auto_id="wish_%s")


class OfflineSigningForm(OfflineForm):
    """What shows a signing; the signature itself is drawn."""

    identity_check = forms.CharField(
        label=_("身份核验编号"), max_length=MOST_REFERENCE, min_length=4
    )
    picture = forms.FileField(
        label=_("面签照片"), widget=forms.FileInput(attrs=CAMERA), help_text=PICTURE_HELP
    )

    def __init__(self) -> None:
        super().__init__(auto_id="signing_%s")
