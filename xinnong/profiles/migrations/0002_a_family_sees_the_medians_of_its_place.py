"""A family sees its village's and town's medians beside its own points, and no other place's."""

from django.db import migrations

from xinnong.accounts import rls

OWN_PLACE = (
    "area IN (SELECT unnest(ARRAY[home.area12, left(home.area12, 9)]) FROM registry_household home"
    " WHERE home.id = ANY ((SELECT scope.households())::bigint[]))"
)


class Migration(migrations.Migration):
    dependencies = [
        ("profiles", "0001_initial"),
        ("registry", "0002_pending_links_are_personal"),
        rls.DEPENDENCY,
    ]

    operations = [rls.policy("profiles_dimensionmedian", "own_place", "SELECT", OWN_PLACE)]
