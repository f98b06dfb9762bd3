"""Home, workbench, household, own file; oversight, runs, published rules."""

from django.urls import path

from xinnong.journeys.views import (
    documents,
    entry,
    exporting,
    home,
    household,
    log,
    organisation,
    oversight,
    own_file,
    runs,
    workbench,
)

app_name = "journeys"
urlpatterns = [
    path("", home.home, name="home"),
    path("workbench/", workbench.workbench, name="workbench"),
    path("workbench/export/", exporting.lines, name="export_lines"),
    path("households/<str:ref>/", household.household, name="household"),
    path("households/<str:ref>/purpose/", household.choose, name="purpose"),
    path("households/<str:ref>/who-looked/", household.reads, name="household_reads"),
    path("households/<str:ref>/facts/<str:dimension>/", household.dimension, name="dimension"),
    path("households/<str:ref>/identity/<uuid:person>/", household.identity, name="identity"),
    path("organisations/<uuid:ref>/", organisation.organisation, name="organisation"),
    path("oversight/reads/", oversight.reads, name="reads"),
    path("oversight/searches/", oversight.searches, name="searches"),
    path("oversight/audit/", oversight.audit, name="audit"),
    path("oversight/log/", entry.log, name="log"),
    path("oversight/audit/<uuid:ref>/", entry.entry, name="entry"),
    path("oversight/audit/<uuid:ref>/proof.json", entry.download, name="entry_proof"),
    path("log/checkpoint/", log.checkpoint, name="checkpoint"),
    path("log/checkpoint/<int:size>/", log.checkpoint, name="checkpoint_of"),
    path("log/consistency/<int:old>/<int:new>/", log.proof, name="consistency"),
    path("log/keys/", log.keys, name="log_keys"),
    path("log/cosignatures/", log.cosignatures, name="cosignatures"),
    path("my-record/", oversight.my_record, name="my_record"),
    path("runs/", runs.runs, name="runs"),
    path("runs/<uuid:ref>/", runs.run, name="run"),
    path("rules/", documents.documents, name="documents"),
    path("rules/scorecards/<slug:sha256>/", documents.scorecard, name="scorecard"),
    path("rules/policies/<slug:sha256>/", documents.policy, name="policy"),
    path("me/", own_file.own_file, name="own_file"),
    path("me/facts/<str:dimension>/", own_file.own_dimension, name="own_dimension"),
    path("me/who-looked/", own_file.who_looked, name="who_looked"),
]
