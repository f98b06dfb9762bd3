"""Loan products."""

from django.urls import path

from xinnong.lending.views import products as views

app_name = "lending"
urlpatterns = [
    path("products/", views.products, name="products"),
    path("products/compare/", views.compare, name="compare"),
    path("products/drafts/new/", views.new_draft, name="new_draft"),
    path("products/drafts/<uuid:ref>/", views.draft, name="draft"),
    path("products/<str:sha256>/", views.product, name="product"),
]
