"""What is entrusted is an addend of a granted line, so it is stored with the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("credit", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="line", name="custody_minor", field=models.BigIntegerField(null=True)
        ),
        migrations.AddConstraint(
            model_name="line",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("custody_minor__isnull", True),
                    models.Q(("custody_minor__gte", 0), ("kind", "granted")),
                    _connector="OR",
                ),
                name="line_custody_only_when_granted",
            ),
        ),
    ]
