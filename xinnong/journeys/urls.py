"""Home, workbench, household, own file."""

from django.urls import path

from xinnong.journeys.views import home, household, own_file, workbench

app_name = "journeys"
urlpatterns = [
    path("", home.home, name="home"),
    path("workbench/", workbench.workbench, name="workbench"),
    path("households/<str:ref>/", household.household, name="household"),
    path("households/<str:ref>/purpose/", household.choose, name="purpose"),
    path("households/<str:ref>/facts/<str:dimension>/", household.dimension, name="dimension"),
    path("households/<str:ref>/identity/<uuid:person>/", household.identity, name="identity"),
    path("me/", own_file.own_file, name="own_file"),
    path("me/facts/<str:dimension>/", own_file.own_dimension, name="own_dimension"),
    path("me/who-looked/", own_file.who_looked, name="who_looked"),
]
