"""Addresses of the e-credential's pages."""

from django.urls import path

from xinnong.ecard.views import counter, family, office, offline, own

app_name = "ecard"
urlpatterns = [
    path("ecard/", own.mine, name="mine"),
    path("ecard/code/", own.code, name="code"),
    path("ecard/activate/", own.activate, name="activate"),
    path("ecard/lost/", own.lost, name="lost"),
    path("ecard/history/", own.history, name="history"),
    path("ecard/offline/", offline.offline, name="offline"),
    path("ecard/offline/worker.js", offline.worker, name="offline_worker"),
    path("ecard/family/", family.family, name="family"),
    path("ecard/family/<uuid:ref>/", family.answer, name="family_answer"),
    path("ecard-desk/counter/", counter.counter, name="counter"),
    path("ecard-desk/redemptions/<uuid:ref>/", counter.receipt, name="receipt"),
    path("ecard-desk/activate/", counter.enrol, name="enrol"),
    path("ecard-desk/agree/", counter.agree, name="agree"),
    path("ecard-desk/lost/", office.hotline, name="hotline"),
    path("ecard-desk/terminals/", office.terminals, name="terminals"),
    path("ecard-desk/terminals/<uuid:ref>/", office.terminal, name="terminal"),
]
