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

REFERENCES = (
    ("subcontractor", "channel_id", "channel"),
    ("team", "channel_id", "channel"),
    ("team", "subcontractor_id", "subcontractor"),
    ("agent", "team_id", "team"),
    ("activity", "team_id", "team"),
    ("activityagent", "activity_id", "activity"),
    ("activityagent", "agent_id", "agent"),
    ("notice", "activity_id", "activity"),
    ("badge", "activity_id", "activity"),
    ("badge", "agent_id", "agent"),
)
"""Which row refers to which. The key includes the channel's institution: a foreign key is checked past
the policies, and with this one the answer says nothing of other channels."""


def references() -> list[migrations.RunSQL]:
    targets = sorted({target for _source, _column, target in REFERENCES})
    unique = [
        f"ALTER TABLE outreach_{name} ADD CONSTRAINT {name}_with_channel UNIQUE (id, institution)"
        for name in targets
    ]
    foreign = [
        f"ALTER TABLE outreach_{source} ADD CONSTRAINT {source}_{column}_refers"
        f" FOREIGN KEY ({column}, institution) REFERENCES outreach_{target} (id, institution)"
        " DEFERRABLE INITIALLY DEFERRED"
        for source, column, target in REFERENCES
    ]
    return [migrations.RunSQL(text, migrations.RunSQL.noop) for text in (*unique, *foreign)]


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
        *references(),
    ]
