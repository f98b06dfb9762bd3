from django.db import migrations

# What a borrower's own commands write, about the borrower alone: an application and what the rule
# decides on it, a contract drafted, signed and called off, cards, and the holds that follow a new
# card, device or number. Never the end of a hold, a decision of a person, money or a day.
OWN = "person = (SELECT scope.subject())"
BY_RULE = f"{OWN} AND kind = 'auto'"
MAY_WRITE = {
    "application": {"INSERT": OWN, "UPDATE": OWN},
    "decision": {"INSERT": BY_RULE},
    "contract": {"INSERT": OWN, "UPDATE": OWN},
    "contractpaper": {"INSERT": OWN},
    "contractcondition": {"INSERT": OWN},
    "bankcard": {"INSERT": OWN, "UPDATE": OWN},
    "paymenthold": {"INSERT": f"{OWN} AND lifted_at IS NULL"},
}

# What is on offer is read by everybody; without policies a borrower could have published a product.
PRODUCTS = """
ALTER TABLE lending_publishedproduct ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY everybody ON lending_publishedproduct USING (true);
"""
PRODUCTS_BACK = """
DROP POLICY everybody ON lending_publishedproduct;
ALTER TABLE lending_publishedproduct DISABLE ROW LEVEL SECURITY, NO FORCE ROW LEVEL SECURITY;
"""

# Restrictive: they must hold besides whatever opens a row. They stand on every table of lending that
# exists by now; a test looks for them on those that come later.
ON_TABLES = """
DO $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relrowsecurity
          AND relname LIKE 'lending\\_%'
    LOOP
        EXECUTE format('CREATE POLICY borrower_inserts ON %I AS RESTRICTIVE FOR INSERT'
                       ' TO xinnong_app WITH CHECK (NOT (SELECT scope.is_borrower()))', v_table);
        EXECUTE format('CREATE POLICY borrower_updates ON %I AS RESTRICTIVE FOR UPDATE'
                       ' TO xinnong_app USING (NOT (SELECT scope.is_borrower()))', v_table);
        EXECUTE format('CREATE POLICY borrower_deletes ON %I AS RESTRICTIVE FOR DELETE'
                       ' TO xinnong_app USING (NOT (SELECT scope.is_borrower()))', v_table);
    END LOOP;
END
$$;
"""
BACK = """
DO $$
DECLARE
    v_policy record;
BEGIN
    FOR v_policy IN
        SELECT policyname, tablename FROM pg_policies
        WHERE policyname IN ('borrower_inserts', 'borrower_updates', 'borrower_deletes')
    LOOP
        EXECUTE format('DROP POLICY %I ON %I', v_policy.policyname, v_policy.tablename);
    END LOOP;
END
$$;
"""


def opened(table: str, command: str, own: str) -> migrations.RunSQL:
    """Let a borrower write the own rows of one table."""
    clause = "WITH CHECK" if command == "INSERT" else "USING"
    return migrations.RunSQL(
        f"ALTER POLICY borrower_{command.lower()}s ON lending_{table}"
        f" {clause} (NOT (SELECT scope.is_borrower()) OR ({own}))",
        migrations.RunSQL.noop,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("lending", "0015_two_people_put_right"),
        ("ledger", "0008_borrowers_open_no_ledger"),
    ]

    operations = [
        migrations.RunSQL(PRODUCTS, PRODUCTS_BACK),
        migrations.RunSQL(ON_TABLES, BACK),
        *[
            opened(table, command, own)
            for table, commands in MAY_WRITE.items()
            for command, own in commands.items()
        ],
    ]
