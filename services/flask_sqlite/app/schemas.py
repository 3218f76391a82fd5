"""The shapes on the wire."""

from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .errors import Invalid


def whole_number(value: object) -> object:
    # JSON Schema: a number without a fractional part is an integer
    return int(value) if isinstance(value, float) and value.is_integer() else value


class NewItem(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
    description: Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")] | None = None
    price: Annotated[float, Field(ge=0, le=1_000_000)]
    quantity: Annotated[int, BeforeValidator(whole_number), Field(ge=0, le=2**31 - 1)] = 0


class Page(BaseModel):
    limit: Annotated[int, Field(ge=1, le=2000)] = 2000
    after: Annotated[int, Field(ge=1, le=2**53 - 1)] = 0


Model = TypeVar("Model", bound=BaseModel)


def validate(model: type[Model], value: object, location: str = "body") -> Model:
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise Invalid(location, {json_pointer(e["loc"]): e["msg"] for e in error.errors()}) from None


def json_pointer(path: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
