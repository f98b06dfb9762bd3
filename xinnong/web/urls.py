"""Reading preferences."""

from django.urls import path
from django.views.i18n import set_language

from xinnong.web.views import set_text_size

app_name = "web"
urlpatterns = [
    path("language/", set_language, name="language"),
    path("text-size/", set_text_size, name="text_size"),
]
