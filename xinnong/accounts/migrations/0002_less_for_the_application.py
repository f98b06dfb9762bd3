from django.db import migrations

# What the defaults of the database gave and nothing needs: the list of migrations is the owner's,
# and the last value of an identity column's sequence counts rows that policies hide. Inserting into
# an identity column takes no privilege on its sequence.
REVOKE = """
REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM xinnong_app;
DO $$
DECLARE
    found regclass;
BEGIN
    FOR found IN
        SELECT sequence.oid FROM pg_class AS sequence
        JOIN pg_depend ON pg_depend.objid = sequence.oid AND pg_depend.deptype = 'i'
        WHERE sequence.relkind = 'S' AND sequence.relnamespace = 'public'::regnamespace
    LOOP
        EXECUTE format('REVOKE ALL ON SEQUENCE %s FROM xinnong_app, xinnong_batch', found);
    END LOOP;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(REVOKE, migrations.RunSQL.noop)]
