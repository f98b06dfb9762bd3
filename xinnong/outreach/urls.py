"""Addresses: what anybody may check, and the work of channel, bureau, town and cadre."""

from django.urls import path

from xinnong.outreach.views import activities, badges, bureau, cadre, phones, public, teams, voice

app_name = "outreach"
urlpatterns = [
    path("check/", public.check, name="check"),
    path("check/village/", public.village, name="village"),
    path("check/document/", public.document, name="document"),
    path("check/photo/<str:sha256>/", public.photo, name="photo"),
    path("voice/", voice.voice, name="voice"),
    path("outreach/", activities.activities, name="activities"),
    path("outreach/activities/<uuid:ref>/", activities.activity, name="activity"),
    path("outreach/teams/", teams.teams, name="teams"),
    path("outreach/teams/<uuid:ref>/", teams.team, name="team"),
    path("outreach/teams/<uuid:team>/file/", activities.new_activity, name="new_activity"),
    path("outreach/channels/", bureau.channels, name="channels"),
    path("outreach/channels/<uuid:ref>/", bureau.channel, name="channel"),
    path("outreach/stop/<str:kind>/<uuid:ref>/", bureau.stop, name="stop"),
    path("outreach/documents/", bureau.register, name="register"),
    path("outreach/documents/<uuid:ref>/", bureau.register_entry, name="register_entry"),
    path("outreach/keys/", badges.keys, name="keys"),
    path("outreach/badges/<uuid:ref>/", badges.badge, name="badge"),
    path("outreach/badges/<uuid:ref>/card.pdf", badges.card, name="card"),
    path("my-badge/", phones.mine, name="my_badge"),
    path("my-badge/worker.js", phones.worker, name="my_badge_worker"),
    path("my-badge/enrol", phones.enrol, name="my_badge_enrol"),
    path("my-badge/badges", phones.badges, name="my_badge_badges"),
    path("outreach/teams/<uuid:ref>/phones/", phones.of_team, name="team_phones"),
    path("outreach/today/", cadre.today, name="today"),
]
