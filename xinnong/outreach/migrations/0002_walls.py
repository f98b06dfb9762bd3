"""Who sees which rows: a channel its own, the bureau above it all of them, nobody else any."""

from django.db import migrations

from xinnong.accounts import rls

OF_CHANNEL = (
    "channel",
    "subcontractor",
    "team",
    "agent",
    "activity",
    "activityagent",
    "notice",
    "document",
    "badgekey",
    "badge",
)


class Migration(migrations.Migration):
    dependencies = [("outreach", "0001_initial"), ("accounts", "0006_guardians_of_trust")]

    operations = [
        *(
            operation
            for name in OF_CHANNEL
            for operation in rls.enable(
                f"outreach_{name}",
                owner_kind="c",
                institution_column="institution",
                personal=False,
            )
        ),
        *rls.enable("outreach_wrongcode", owner_kind="c", personal=False),
    ]
