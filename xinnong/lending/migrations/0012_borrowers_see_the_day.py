from django.db import migrations

from xinnong.accounts import rls

TABLE = "lending_businessday"
# what a loan costs to settle depends on the lender's open day, also for its borrower
BORROWS_THERE = f"EXISTS (SELECT FROM lending_loan AS l WHERE l.institution = {TABLE}.institution)"


class Migration(migrations.Migration):
    dependencies = [("lending", "0011_one_table_of_keys"), rls.DEPENDENCY]

    operations = [rls.policy(TABLE, "borrower", "SELECT", BORROWS_THERE)]
