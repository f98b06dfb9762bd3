"""Loan products, applications, contracts, and a farmer's own loans."""

from django.urls import path

from xinnong.lending.views import (
    authority,
    borrowing,
    contracts,
    deciding,
    loans,
    products,
    queue,
    schedules,
    servicing,
)

app_name = "lending"
urlpatterns = [
    path("products/", products.products, name="products"),
    path("products/compare/", products.compare, name="compare"),
    path("products/drafts/new/", products.new_draft, name="new_draft"),
    path("products/drafts/<uuid:ref>/", products.draft, name="draft"),
    path("products/<str:sha256>/", products.product, name="product"),
    path("schedule/", schedules.schedule, name="schedule"),
    path("loans/", queue.applications, name="applications"),
    path("loans/counter/", queue.counter, name="counter"),
    path("loans/for/<uuid:person>/", queue.apply_for, name="apply_for"),
    path("loans/authority/", authority.authority, name="authority"),
    path("loans/applications/<uuid:ref>/", deciding.application, name="application"),
    path("loans/applications/<uuid:ref>/letter/", deciding.letter, name="letter"),
    path("loans/contracts/<uuid:ref>/", contracts.contract, name="contract"),
    path("loans/contracts/<uuid:ref>/paper.pdf", contracts.paper, name="paper"),
    path("loans/<uuid:ref>/", loans.loan, name="loan"),
    path("loans/<uuid:ref>/<slug:step>/", servicing.change_loan, name="change_loan"),
    path("borrow/", borrowing.my_loans, name="my_loans"),
    path("borrow/<uuid:offer>/", borrowing.borrow, name="borrow"),
    path("borrow/applications/<uuid:ref>/", borrowing.my_application, name="my_application"),
    path("borrow/loans/<uuid:ref>/", loans.my_loan, name="my_loan"),
    path("borrow/contracts/<uuid:ref>/", borrowing.my_contract, name="my_contract"),
]
