"""Addresses: what anybody may check, and the work of channel, bureau, town and cadre."""

from django.urls import path

from xinnong.outreach.views import public

app_name = "outreach"
urlpatterns = [
    path("check/", public.check, name="check"),
    path("check/village/", public.village, name="village"),
    path("check/document/", public.document, name="document"),
    path("check/photo/<str:sha256>/", public.photo, name="photo"),
]
