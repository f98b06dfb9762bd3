"""Addresses of guard."""

from django.urls import path

from xinnong.guard.views import (
    cases,
    feeds,
    insiders,
    orders,
    own_accounts,
    packs,
    rulebooks,
    warnings,
)

app_name = "guard"
urlpatterns = [
    path("guard/feeds/", feeds.feeds, name="feeds"),
    path("guard/feeds/<uuid:ref>/", feeds.feed, name="feed"),
    path("guard/rulebooks/", rulebooks.rulebooks, name="rulebooks"),
    path("guard/rulebooks/new/", rulebooks.new_rulebook, name="new_rulebook"),
    path("guard/rulebooks/drafts/<uuid:ref>/", rulebooks.rulebook_draft, name="rulebook_draft"),
    path("guard/rulebooks/uses/<uuid:ref>/confirm/", rulebooks.confirm_use, name="confirm_use"),
    path("guard/rulebooks/<str:sha256>/", rulebooks.rulebook, name="rulebook"),
    path("guard/cases/", cases.cases, name="cases"),
    path("guard/cases/<uuid:ref>/", cases.case, name="case"),
    path("guard/orders/", orders.orders, name="orders"),
    path("guard/orders/<uuid:ref>/", orders.order, name="order"),
    path("guard/orders/<uuid:ref>/paper/", orders.paper, name="order_paper"),
    path("guard/cases/<uuid:ref>/order/", orders.new_order, name="new_order"),
    path("guard/cases/<uuid:ref>/victim/", orders.victim_paper, name="victim_paper"),
    path("guard/mine/", own_accounts.mine, name="my_accounts"),
    path("guard/packs/", packs.packs, name="packs"),
    path("guard/packs/<uuid:ref>/", packs.pack, name="pack"),
    path("guard/packs/<uuid:ref>/file/", packs.pack_file, name="pack_file"),
    path("guard/cases/<uuid:ref>/pack/", packs.new_pack, name="new_pack"),
    path("guard/warnings/", warnings.warnings, name="warnings"),
    path("guard/insiders/", insiders.insiders, name="insiders"),
    path("guard/insiders/planted/", insiders.planted, name="planted"),
    path("guard/insiders/rules/", insiders.insider_rules, name="insider_rules"),
    path("guard/insiders/<uuid:ref>/", insiders.insider_case, name="insider_case"),
    path("guard/targets/", orders.targets, name="targets"),
    path("guard/requests/", orders.requests, name="requests"),
    path("guard/requests/answers/", orders.asked, name="asked"),
]
