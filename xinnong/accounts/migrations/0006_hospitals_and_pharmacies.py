from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_scope_asked_not_unfolded"),
        ("areas", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="user",
            name="user_roles_are_known",
        ),
        migrations.AlterField(
            model_name="institution",
            name="kind",
            field=models.CharField(
                choices=[
                    ("service", "县级信用服务机构"),
                    ("bank", "银行"),
                    ("branch", "支行"),
                    ("small_loan", "小额贷款公司"),
                    ("fund", "资金互助社"),
                    ("town", "乡镇（街道）"),
                    ("village", "村（社区）"),
                    ("department", "部门"),
                    ("bureau", "医保局"),
                    ("hospital", "定点医院"),
                    ("pharmacy", "定点药店"),
                    ("police", "公安局"),
                ],
                max_length=12,
            ),
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
                            "counter",
                            "farmer",
                            "manager",
                            "officer",
                            "operator",
                            "police",
                            "regulator",
                            "steward",
                        ],
                    )
                ),
                name="user_roles_are_known",
            ),
        ),
    ]
