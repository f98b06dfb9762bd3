"""Home, workbench, household, own file; oversight, runs, published rules."""

from django.urls import path

from xinnong.journeys.views import (
    documents,
    exporting,
    home,
    household,
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
