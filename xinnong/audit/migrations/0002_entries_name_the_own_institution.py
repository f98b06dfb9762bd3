from django.db import migrations

# Which operator and institution an entry belongs to decides who reviews it; so it is not the
# writer's to choose. Whoever acts without an institution writes none.
POLICY = """
REVOKE ALL ON SEQUENCE audit_entry_id_seq FROM xinnong_app, xinnong_batch;
DROP POLICY written ON audit_entry;
CREATE POLICY written ON audit_entry FOR INSERT TO xinnong_app
    WITH CHECK (actor = (SELECT scope.actor())
                AND (SELECT scope.writes_for(institution, owner_kind)));
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("accounts", "0003_writes_for")]

    operations = [migrations.RunSQL(POLICY, migrations.RunSQL.noop)]
