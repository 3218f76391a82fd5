"""Faults that no judge sees, and why. Any other that survives is a case that somebody should write."""

SURVIVORS = {
    "ListOfAThousand": "no judge stores more than 1,000 items",
}
