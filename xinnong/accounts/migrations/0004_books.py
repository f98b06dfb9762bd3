from django.db import migrations, models

# Whether the scope opens ledgers, and the institutions of the scope by their keys. As the others:
# called from an uncorrelated sub-select, hence once per statement.
FUNCTIONS = """
CREATE FUNCTION scope.sees_books() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
RETURN scope.flag('books');

CREATE FUNCTION scope.institution_ids() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE
RETURN ARRAY(SELECT id FROM public.accounts_institution WHERE code = ANY (scope.institutions()));
"""
BACK = "DROP FUNCTION scope.sees_books; DROP FUNCTION scope.institution_ids"
ROLES = [
    "accountant",
    "analyst",
    "auditor",
    "bureau",
    "cadre",
    "farmer",
    "manager",
    "officer",
    "operator",
    "police",
    "regulator",
    "steward",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_writes_for")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RemoveConstraint(model_name="user", name="user_roles_are_known"),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("roles__contained_by", ROLES)), name="user_roles_are_known"
            ),
        ),
    ]
