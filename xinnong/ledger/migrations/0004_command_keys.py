from django.db import migrations

from xinnong.accounts import rls

TABLE = "ledger_idempotencykey"
# What a command answered is seen by whoever gave it, whether or not the scope opens ledgers: a
# farmer's application is answered once like a clerk's posting.
OWN = (
    "(SELECT scope.is_system()) OR ((SELECT scope.holds('b'))"
    " AND actor = (SELECT scope.actor())"
    " AND institution_id = ANY ((SELECT scope.institution_ids())::bigint[]))"
)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_posting"), rls.DEPENDENCY]

    operations = [
        migrations.RunSQL(f"DROP POLICY own ON {TABLE}", migrations.RunSQL.noop),
        rls.policy(TABLE, "own", "ALL", OWN),
    ]
