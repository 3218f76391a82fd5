"""Faults that no judge sees, and why. Any other that survives is a case that somebody should write."""

SURVIVORS = {
    "ConcurrentIdReused": "no judge sends two requests at the same moment",
    "BodyLeftOnConnection": "no judge sends a second request after a refused body on one connection",
    "ListOfAThousand": "no judge stores more than 1,000 items",
}
