from django.db import migrations

# True where a record may bear an institution's code and its operator's letter: those of whoever
# acts, or none for somebody without an institution.
FUNCTION = """
CREATE FUNCTION scope.writes_for(institution text, kind text) RETURNS boolean LANGUAGE sql STABLE
RETURN scope.is_system()
    OR ($1 = '' AND $2 = '' AND cardinality(scope.institutions()) = 0)
    OR ($1 = ANY (scope.institutions()) AND $2 = (
        SELECT accounts_operator.kind
        FROM public.accounts_institution
        JOIN public.accounts_operator ON accounts_operator.id = accounts_institution.operator_id
        WHERE accounts_institution.code = $1));
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_less_for_the_application")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION scope.writes_for"),
    ]
