from django.db import migrations

from xinnong.accounts import rls

# What belongs to a loan is seen by whoever sees the loan; jobs of the installation skip the look.
OF_LOAN = (
    "loanversion",
    "loandue",
    "loanstretch",
    "opendue",
    "standing",
    "classchange",
    "accrualcorrection",
    "repayment",
    "repaymentpart",
    "eodaccrual",
    "reminder",
)
SEES_THE_LOAN = "EXISTS (SELECT FROM lending_loan AS l WHERE l.id = {table}.loan_id)"


def walled(name: str) -> list[migrations.RunSQL]:
    """The lender's staff and jobs write; a borrower, who sees the loan, reads."""
    table = f"lending_{name}"
    seen = SEES_THE_LOAN.format(table=table)
    works_there = f"((SELECT scope.holds('b')) AND {seen})"
    return [
        rls.switch_on(table),
        rls.policy(table, "own", "ALL", f"(SELECT scope.is_system()) OR {works_there}"),
        rls.policy(table, "borrower", "SELECT", seen),
        *rls.grants(table, app="write"),
    ]


class Migration(migrations.Migration):
    dependencies = [("lending", "0004_days_and_repayments"), rls.DEPENDENCY]

    operations = [
        *rls.enable(
            "lending_loan",
            owner_kind="b",
            institution_column="institution",
            area_column="area12",
            household_column="household_id",
            subject_column="person",
        ),
        *[operation for name in OF_LOAN for operation in walled(name)],
        *rls.enable(
            "lending_businessday",
            owner_kind="b",
            institution_column="institution",
            personal=False,
        ),
        *rls.enable(
            "lending_eodrun", owner_kind="b", institution_column="institution", personal=False
        ),
        # a class or a stretch changes rows in place where they lie
        migrations.RunSQL(
            "ALTER TABLE lending_standing SET (fillfactor = 85)", migrations.RunSQL.noop
        ),
    ]
