"""A document to an item. Each step is small, for a fault to override."""

import re
from collections.abc import Callable
from typing import Any


class InvalidError(Exception):
    """What does not satisfy the schema, by JSON Pointer."""

    def __init__(self, details: dict[str, str]) -> None:
        self.details = details


class Schema:
    """A NewItem, checked member by member; every invalid place is reported."""

    name_max = 100
    description_max = 1000
    price_max = 1_000_000
    quantity_max = 2**31 - 1

    def document(self, value: Any) -> None:
        if not isinstance(value, dict | list):
            raise InvalidError({"": "It must be an object or an array."})

    def item(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise InvalidError({"": "It must be an object."})
        known: dict[str, Callable[[], Any]] = {
            "name": lambda: self.name(value),
            "description": lambda: self.description(value),
            "price": lambda: self.price(value),
            "quantity": lambda: self.quantity(value),
        }
        return self.members(known, unknown=[name for name in value if name not in known])

    def members(
        self, known: dict[str, Callable[[], Any]], unknown: list[str] | None = None
    ) -> dict[str, Any]:
        values, details = {}, {}
        for name, validated in known.items():
            try:
                values[name] = validated()
            except ValueError as error:
                details[f"/{name}"] = str(error)
        if unknown:
            self.refuse_unknown(details, unknown)
        if details:
            raise InvalidError(details)
        return values

    def refuse_unknown(self, details: dict[str, str], _unknown: list[str]) -> None:
        details[""] = "It has unknown members."

    def name(self, item: dict[str, Any]) -> str:
        return self.text(self.required(item, "name"), 1, self.name_max)

    def description(self, item: dict[str, Any]) -> str | None:
        value = item.get("description")
        return None if value is None else self.text(value, 0, self.description_max)

    def price(self, item: dict[str, Any]) -> float:
        return float(self.between(self.number(self.required(item, "price")), 0, self.price_max))

    def quantity(self, item: dict[str, Any]) -> int:
        return int(self.between(self.whole(self.number(item.get("quantity", 0))), 0, self.quantity_max))

    def required(self, item: dict[str, Any], name: str) -> Any:
        if name not in item:
            raise ValueError("It is missing.")
        return item[name]

    def text(self, value: Any, least: int, most: int) -> str:
        if not isinstance(value, str):
            raise ValueError("It must be a string.")  # noqa: TRY004 - invalid, not a fault of ours
        if not least <= self.length(value) <= most:
            raise ValueError(f"It must have {least} to {most} characters.")
        self.check_nul(value)
        return value

    def length(self, value: str) -> int:
        return len(value)

    def check_nul(self, value: str) -> None:
        if "\0" in value:
            raise ValueError("It must not hold U+0000.")

    def number(self, value: Any) -> int | float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError("It must be a number.")  # noqa: TRY004
        return value

    def whole(self, value: int | float) -> int | float:
        if isinstance(value, float) and not value.is_integer():
            raise ValueError("It must be an integer.")
        return value

    def between(self, value: float, least: int, most: int) -> int | float:
        if not least <= value <= most:
            raise ValueError(f"It must be from {least} to {most}.")
        return value

    def decimal(self, value: str, least: int, most: int) -> int:
        if not re.fullmatch("0|[1-9][0-9]{0,15}", value):
            raise ValueError("It must be an integer.")
        return int(self.between(int(value), least, most))
