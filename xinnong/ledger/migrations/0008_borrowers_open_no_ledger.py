from django.db import migrations

# Whether the scope is a borrower's: it names a person of its own and is not known to be that of
# staff. A scope that does not say counts as a borrower's.
BORROWER = """
CREATE FUNCTION scope.is_borrower() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    v_scope jsonb := scope.document();
BEGIN
    RETURN v_scope ->> 'subject' IS NOT NULL AND NOT coalesce((v_scope ->> 'staff')::boolean, false);
END
$$;
"""

# As before, and none to a borrower, whatever else the scope says.
LEDGERS = """
CREATE OR REPLACE FUNCTION scope.ledgers() RETURNS bigint[] LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $$
DECLARE
    v_scope jsonb := nullif(current_setting('xinnong.scope', true), '')::jsonb;
BEGIN
    IF v_scope IS NULL OR NOT coalesce(v_scope -> 'kinds' ? 'b', false)
       OR NOT coalesce((v_scope ->> 'books')::boolean, false)
       OR (v_scope ->> 'subject' IS NOT NULL
           AND NOT coalesce((v_scope ->> 'staff')::boolean, false)) THEN
        RETURN '{}';
    END IF;
    IF coalesce(v_scope -> 'institutions' ? '*', false) THEN
        RETURN ARRAY(SELECT id FROM public.accounts_institution);
    END IF;
    RETURN ARRAY(SELECT id FROM public.accounts_institution
                 WHERE code = ANY (scope.institutions()));
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0007_a_posting_writes_its_entry")]

    operations = [
        migrations.RunSQL(BORROWER, "DROP FUNCTION scope.is_borrower"),
        migrations.RunSQL(LEDGERS, migrations.RunSQL.noop),
    ]
