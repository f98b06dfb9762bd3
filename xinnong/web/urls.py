"""Reading preferences, and the cadre's page for badges."""

from django.urls import path
from django.views.i18n import set_language

from xinnong.web import offline
from xinnong.web.views import set_text_size

app_name = "web"
urlpatterns = [
    path("language/", set_language, name="language"),
    path("text-size/", set_text_size, name="text_size"),
    path("check-badge/", offline.check, name="offline_check"),
    path("check-badge/worker.js", offline.worker, name="offline_worker"),
    path("check-badge/bundle", offline.bundle, name="offline_bundle"),
    path("check-badge/decoder/<str:name>", offline.decoder, name="offline_decoder"),
]
