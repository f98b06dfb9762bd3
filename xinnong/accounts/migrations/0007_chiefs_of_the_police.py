from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_channels_and_towns")]

    operations = [
        migrations.RemoveConstraint(
            model_name="user",
            name="user_roles_are_known",
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "roles__contained_by",
                        [
                            "accountant",
                            "analyst",
                            "auditor",
                            "bureau",
                            "cadre",
                            "channel",
                            "chief",
                            "farmer",
                            "manager",
                            "officer",
                            "operator",
                            "police",
                            "regulator",
                            "steward",
                            "town",
                        ],
                    )
                ),
                name="user_roles_are_known",
            ),
        ),
    ]
