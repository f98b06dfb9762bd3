from django.db import migrations

# As of audit entries: whose oversight reviews a read is not the reader's to choose.
POLICIES = "".join(
    f"""
DROP POLICY written ON {table};
CREATE POLICY written ON {table} FOR INSERT TO xinnong_app
    WITH CHECK (actor = (SELECT scope.actor())
                AND (SELECT scope.writes_for(institution, owner_kind)));
"""
    for table in ("privacy_read", "privacy_listing")
)


class Migration(migrations.Migration):
    dependencies = [("privacy", "0001_initial"), ("accounts", "0003_writes_for")]

    operations = [migrations.RunSQL(POLICIES, migrations.RunSQL.noop)]
