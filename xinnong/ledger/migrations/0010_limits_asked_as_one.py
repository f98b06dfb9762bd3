from django.db import migrations, models

# What can never be, one question a table instead of four and three: the server reads the text of
# every check again at every statement that writes, which took a sixth of a posting. In a function
# the question is read once a session. They are named in the order of the columns given.
TOTALS_HOLD = """
CREATE FUNCTION ledger.totals_hold(
    normal text, no_negative_balance boolean, debits_must_not_exceed_credits boolean,
    posted_debits bigint, posted_credits bigint, pending_debits bigint, pending_credits bigint)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF num_nulls(posted_debits, posted_credits, pending_debits, pending_credits) = 4 THEN
        RETURN NOT (no_negative_balance OR debits_must_not_exceed_credits);
    END IF;
    RETURN num_nulls(posted_debits, posted_credits, pending_debits, pending_credits) = 0
        AND least(posted_debits, posted_credits, pending_debits, pending_credits) >= 0
        AND (NOT debits_must_not_exceed_credits
             OR posted_credits >= posted_debits + pending_debits)
        AND (NOT no_negative_balance
             OR (normal = 'c' AND posted_credits >= posted_debits + pending_debits)
             OR (normal = 'd' AND posted_debits >= posted_credits + pending_credits));
END
$$;
"""
TRANSFER_HOLDS = """
CREATE FUNCTION ledger.transfer_holds(
    debit bigint, credit bigint, amount bigint, state text, ends bigint)
RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN debit <> credit AND amount BETWEEN 1 AND 1000000000000000
        AND CASE WHEN ends IS NULL THEN state IN ('posted', 'pending')
                 ELSE state IN ('posted_pending', 'voided') END;
END
$$;
"""
FORMER = {
    "account": (
        "account_totals_all_or_none",
        "account_limit_needs_a_running_balance",
        "account_debits_within_credits",
        "account_never_negative",
    ),
    "transfer": (
        "transfer_amount_is_positive",
        "transfer_two_accounts",
        "transfer_ends_what_it_says",
    ),
}


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_the_wall_is_asked_once")]

    operations = [
        migrations.RunSQL(TOTALS_HOLD, "DROP FUNCTION ledger.totals_hold"),
        migrations.RunSQL(TRANSFER_HOLDS, "DROP FUNCTION ledger.transfer_holds"),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    models.F("normal"),
                    models.F("no_negative_balance"),
                    models.F("debits_must_not_exceed_credits"),
                    models.F("posted_debits_minor"),
                    models.F("posted_credits_minor"),
                    models.F("pending_debits_minor"),
                    models.F("pending_credits_minor"),
                    function="ledger.totals_hold",
                    output_field=models.BooleanField(),
                ),
                name="account_totals_hold",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Func(
                    models.F("debit"),
                    models.F("credit"),
                    models.F("amount_minor"),
                    models.F("state"),
                    models.F("ends"),
                    function="ledger.transfer_holds",
                    output_field=models.BooleanField(),
                ),
                name="transfer_holds",
            ),
        ),
        *[
            migrations.RemoveConstraint(model_name=model, name=name)
            for model, names in FORMER.items()
            for name in names
        ],
    ]
