"""The police see no persons of the register; what they seal for their own cases they may see."""

from django.db import migrations

from xinnong.accounts import rls

OF_THE_POLICE = "owner_kind = 'd' AND (SELECT scope.holds('d'))"


class Migration(migrations.Migration):
    dependencies = [("privacy", "0003_sealed")]

    operations = [
        rls.policy(table, "police", "ALL", OF_THE_POLICE)
        for table in ("privacy_casekey", "privacy_sealedpayload")
    ]
