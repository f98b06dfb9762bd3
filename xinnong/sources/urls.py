"""Addresses of the steward pages."""

from django.urls import path

from xinnong.sources import views

app_name = "sources"
urlpatterns = [
    path("data/", views.calendar, name="calendar"),
    path("data/deliver/", views.deliver, name="deliver"),
    path("data/deliveries/<uuid:ref>/", views.delivery, name="delivery"),
    path("data/batches/", views.batches, name="batches"),
    path("data/batches/<uuid:ref>/", views.batch, name="batch"),
    path("data/batches/<uuid:ref>/errors/", views.error_file, name="error_file"),
    path("data/batches/<uuid:ref>/withdraw/", views.withdraw, name="withdraw"),
    path("data/contracts/", views.contracts, name="contracts"),
    path("data/contracts/<str:name>/", views.contract, name="contract"),
    path("data/contracts/<str:name>/template.<str:kind>", views.template, name="template"),
]
