"""Chen writes the next version of a product; Bai, and nobody but a second person, publishes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import signed_in
from tests.journeys.test_exporting_a_list import past_second_factor
from tests.people import NOW, People
from xinnong.accounts.models import User
from xinnong.accounts.scope import SYSTEM, scoped
from xinnong.audit.models import Entry
from xinnong.core.product_file import product_source
from xinnong.lending.models import Offer, ProductDraft, PublishedProduct
from xinnong.lending.services import offer_product, ship_products
from xinnong.pipelines.services.inputs import RELEASE_SIGNERS

NEW = "/products/drafts/new/"
Shipped = dict[str, PublishedProduct]


def next_version(shipped: Shipped, **lines: str) -> str:
    """The tea grower's loan from tomorrow on, with some lines written anew."""
    changes = {"version": '"2027.1"', "effective_on": f"{timezone.localdate() + timedelta(1)}"}
    source = product_source(bytes(shipped["tea"].document))
    for name, value in (changes | lines).items():
        old = next(line for line in source.splitlines() if line.startswith(f"{name} = "))
        source = source.replace(old, f"{name} = {value}")
    return source


def draft_of() -> ProductDraft:
    with scoped(SYSTEM):
        return ProductDraft.objects.get()


def deeds() -> list[str]:
    with scoped(SYSTEM):
        made = Entry.objects.filter(action__startswith="lending.").order_by("pk")
        return list(made.values_list("action", flat=True))


@pytest.fixture
def written(chens: Client, shipped: Shipped) -> ProductDraft:
    answer = chens.post(NEW, {"source": next_version(shipped, most_yuan="400000"), "step": "save"})
    assert answer.status_code == 302
    return draft_of()


def act(client: Client, draft: ProductDraft, step: str, **form: str) -> int:
    return client.post(f"/products/drafts/{draft.ref}/", {"step": step, **form}).status_code


def test_it_ships_thirteen_products_once(shipped: Shipped) -> None:
    ship_products(signers=RELEASE_SIGNERS, now=NOW)
    assert PublishedProduct.objects.count() == len(shipped) == 13


def test_it_shows_what_a_draft_changes(chens: Client, written: ProductDraft) -> None:
    page = chens.get(f"/products/drafts/{written.ref}/").content.decode()
    assert "最多借" in page
    assert "300,000 元" in page
    assert "400,000 元" in page


def test_it_publishes_what_two_people_signed(
    chens: Client, bais: Client, people: People, bai: User, written: ProductDraft, shipped: Shipped
) -> None:
    with scoped(SYSTEM):
        offer_product(
            institution="BANK-01", product=shipped["tea"], book_of_record="core",
            from_on=date(2026, 1, 1),
        )  # fmt: skip
    assert act(chens, written, "sign") == 302
    assert act(bais, written, "publish") == 302
    product = PublishedProduct.objects.get(code="tea", version="2027.1")
    assert (product.first_signer, product.second_signer) == (people.chen.ref, bai.ref)
    tomorrow = timezone.localdate() + timedelta(1)
    with scoped(SYSTEM):
        offers = Offer.objects.order_by("from_on").values_list(
            "product__version", "book_of_record", "from_on", "until_on"
        )
        assert list(offers) == [
            ("2026.1", "core", date(2026, 1, 1), tomorrow),
            ("2027.1", "core", tomorrow, None),
        ]
    assert deeds() == ["lending.draft-product", "lending.sign-product", "lending.publish-product"]
    compared = chens.get(f"/products/compare/?old={shipped['tea'].sha256}&new={product.sha256}")
    assert "400,000 元" in compared.content.decode()


def nothing_published() -> bool:
    with scoped(SYSTEM):
        return PublishedProduct.objects.count() == 13 and not Offer.objects.exists()


def test_it_refuses_the_same_person_twice(chens: Client, written: ProductDraft) -> None:
    act(chens, written, "sign")
    answer = chens.post(f"/products/drafts/{written.ref}/", {"step": "publish"})
    assert answer.status_code == 422
    assert "发布要两个人签署" in answer.content.decode()
    assert nothing_published()


def test_it_refuses_to_publish_what_nobody_signed(bais: Client, written: ProductDraft) -> None:
    assert act(bais, written, "publish") == 422
    assert nothing_published()


def test_a_change_takes_the_signature_off(
    chens: Client, bais: Client, written: ProductDraft, shipped: Shipped
) -> None:
    act(chens, written, "sign")
    assert act(chens, written, "save", source=next_version(shipped, most_grace="3")) == 302
    assert act(bais, written, "publish") == 422
    assert draft_of().first_signer is None
    assert nothing_published()


def test_whoever_signed_first_takes_the_signature_back(
    chens: Client, bais: Client, written: ProductDraft
) -> None:
    address = f"/products/drafts/{written.ref}/"
    act(chens, written, "sign")
    assert "撤回签署" not in bais.get(address).content.decode()
    assert act(bais, written, "unsign") == 422
    assert "撤回签署" in chens.get(address).content.decode()
    assert act(chens, written, "unsign") == 302
    taken = draft_of()
    assert (taken.state, taken.first_signer, taken.sha256) == ("writing", None, "")
    assert deeds()[-1] == "lending.withdraw-signature"
    assert act(chens, written, "unsign") == 422
    assert act(bais, written, "publish") == 422
    assert nothing_published()


def test_it_refuses_to_date_back(chens: Client, bais: Client, shipped: Shipped) -> None:
    yesterday = f"{timezone.localdate() - timedelta(1)}"
    chens.post(NEW, {"source": next_version(shipped, effective_on=yesterday), "step": "save"})
    draft = draft_of()
    assert act(chens, draft, "sign") == 422
    assert act(bais, draft, "publish") == 422
    assert nothing_published()


def test_it_keeps_what_was_typed_and_names_every_fault(chens: Client, shipped: Shipped) -> None:
    typed = next_version(shipped, most_months="0", day_count='"actual/366"')
    answer = chens.post(NEW, {"source": typed, "step": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "没有「actual/366」这个选项" in page
    assert "下限要大于零，且不超过上限" in page
    assert "actual/366&quot;" in page
    with scoped(SYSTEM):
        assert not ProductDraft.objects.exists()


@pytest.mark.parametrize("source", ["", "id = ", "x" * 20_001, "[[ways]]\n" * 900])
def test_it_survives_any_text(chens: Client, source: str) -> None:
    assert chens.post(NEW, {"source": source, "step": "save"}).status_code == 422


def test_it_refuses_a_version_that_is_published(chens: Client, shipped: Shipped) -> None:
    answer = chens.post(NEW, {"source": next_version(shipped, version='"2026.1"'), "step": "save"})
    assert answer.status_code == 422
    assert "已经发布" in answer.content.decode()


def test_it_refuses_a_second_draft_of_a_version(
    bais: Client, written: ProductDraft, shipped: Shipped
) -> None:
    assert bais.post(NEW, {"source": next_version(shipped), "step": "save"}).status_code == 422
    assert draft_of() == written


def test_a_draft_given_up_makes_room(
    chens: Client, written: ProductDraft, shipped: Shipped
) -> None:
    assert act(chens, written, "drop") == 302
    assert act(chens, written, "sign") == 422
    assert chens.post(NEW, {"source": next_version(shipped), "step": "save"}).status_code == 302


def test_no_other_lender_sees_a_draft(people: People, written: ProductDraft) -> None:
    people.zhao.roles = ["manager"]
    people.zhao.save()
    rival = past_second_factor(people.zhao)
    assert rival.get(f"/products/drafts/{written.ref}/").status_code == 404
    assert act(rival, written, "sign") == 404


def test_a_manager_without_a_second_factor_reads_why_nothing_is_drafted_here(
    people: People, chens: Client, shipped: Shipped
) -> None:
    page = signed_in(people.chen).get("/products/").content.decode()
    assert "先开启两步验证" in page
    assert "起草新产品" not in page
    for reader in (chens, signed_in(people.lin), signed_in(people.wu)):
        assert "先开启两步验证" not in reader.get("/products/").content.decode()


def test_an_unknown_step_does_nothing(chens: Client, written: ProductDraft) -> None:
    assert act(chens, written, "burn") == 404
    assert draft_of().state == "writing"
