"""County, town and village figures."""

from django.urls import path

from xinnong.insight import views

app_name = "insight"
urlpatterns = [
    path("county/", views.county, name="county"),
    path("county/<str:code>/", views.area, name="area"),
]
