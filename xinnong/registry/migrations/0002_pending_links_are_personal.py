from django.db import migrations

from xinnong.accounts import rls

TABLE = "registry_pendinglink"


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_initial"), rls.DEPENDENCY]

    operations = [
        migrations.RunSQL(
            f"DROP POLICY own ON {TABLE}; DROP POLICY batch ON {TABLE}", migrations.RunSQL.noop
        ),
        *rls.enable(TABLE, owner_kind="a", app="read", batch="write"),
    ]
