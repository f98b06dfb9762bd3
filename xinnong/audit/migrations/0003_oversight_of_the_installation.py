"""What the installation does by itself belongs to the county, whose oversight reviews it."""

from django.db import migrations

POLICY = """
CREATE POLICY installation ON audit_entry FOR SELECT TO xinnong_app
    USING (owner_kind = '' AND actor = '00000000-0000-0000-0000-000000000000'
           AND (SELECT scope.oversees()) AND 'a' = ANY ((SELECT scope.kinds())::text[]));
"""
BACK = "DROP POLICY installation ON audit_entry"


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_entries_name_the_own_institution")]

    operations = [migrations.RunSQL(POLICY, BACK)]
