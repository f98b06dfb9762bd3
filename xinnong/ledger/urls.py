"""Addresses of a lender's books."""

from django.urls import path

from xinnong.ledger import views

app_name = "ledger"
urlpatterns = [
    path("books/", views.trial_balance, name="trial_balance"),
    path("books/kinds/<str:kind>/", views.accounts, name="accounts"),
    path("books/accounts/<uuid:ref>/", views.statement, name="statement"),
    path("books/accounts/<uuid:ref>/assert/", views.assert_balance, name="assert_balance"),
    path("books/journals/<uuid:ref>/", views.journal, name="journal"),
    path("books/assertions/", views.assertions, name="assertions"),
    path("books/assertions/<uuid:ref>/explain/", views.explain, name="explain"),
    path("books/periods/", views.periods, name="periods"),
    path("books/periods/close/", views.close_period, name="close_period"),
    path("books/core-codes/", views.core_codes, name="core_codes"),
    path("books/core-codes/keep/", views.keep_core_codes, name="keep_core_codes"),
    path("books/export/<str:what>.<str:form>", views.export, name="export"),
]
