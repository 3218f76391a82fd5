from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


class Item(models.Model):
    id = models.BigAutoField(primary_key=True)  # AUTOINCREMENT: an id is never given again
    name = models.CharField(max_length=100)
    description = models.CharField(max_length=1000, null=True, blank=True, default=None)
    price = models.FloatField(validators=[MinValueValidator(0), MaxValueValidator(1_000_000)])
    quantity = models.IntegerField(default=0, validators=[MinValueValidator(0), MaxValueValidator(2**31 - 1)])

    class Meta:
        db_table = "items"
        ordering = ("id",)
