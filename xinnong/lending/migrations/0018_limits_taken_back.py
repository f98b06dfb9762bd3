"""A limit that was proposed is taken back by whoever proposed it."""

from django.db import migrations, models

from xinnong.accounts import rls


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0017_two_people_and_looks"),
        rls.DEPENDENCY,
    ]

    operations = [
        migrations.AddField(
            model_name="authoritylimit",
            name="withdrawn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name="authoritylimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("confirmed_by__isnull", True),
                    ("withdrawn_at__isnull", True),
                    _connector="OR",
                ),
                name="authority_in_force_stays",
            ),
        ),
        migrations.RunSQL(
            f"GRANT UPDATE (withdrawn_at) ON lending_authoritylimit TO {rls.APP}",
            migrations.RunSQL.noop,
        ),
    ]
