from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspaces", "0002_teams"),
    ]

    operations = [
        migrations.CreateModel(
            name="Avatar",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("image", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="user",
            name="avatar",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        migrations.AddField(
            model_name="user",
            name="signature",
            field=models.CharField(blank=True, db_default="", default="", max_length=300),
        ),
        migrations.AddField(
            model_name="workspace",
            name="business",
            field=models.CharField(
                choices=[
                    ("shop", "Shop"),
                    ("food", "Food and restaurants"),
                    ("beauty", "Beauty and care"),
                    ("health", "Health"),
                    ("education", "Education"),
                    ("services", "Services"),
                    ("property", "Real estate"),
                    ("vehicles", "Cars and motorcycles"),
                    ("travel", "Travel and events"),
                    ("other", "Something else"),
                ],
                db_default="shop",
                default="shop",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="workspace",
            name="require_second_factor",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
