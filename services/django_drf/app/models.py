from django.db import models


class Item(models.Model):
    id = models.BigAutoField(
        primary_key=True
    )  # AUTOINCREMENT: an id that was given once is never given again
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, null=True)
    price = models.FloatField()
    quantity = models.IntegerField()

    class Meta:
        db_table = "items"
