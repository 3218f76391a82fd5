"""A client generated from openapi.yaml, as a user would generate it, speaks with the service."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract import CONTRACT

NO_HOOKS = "post_hooks: []\n"  # it would format the code
OPERATIONS = {
    "basics": ("hello", "echo"),
    "items": ("list_items", "create_item", "get_item", "replace_item", "delete_item"),
    "operation": ("health",),
}
Operations = Any  # the generated code has types, but not before it is generated


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package. A part of the contract that the generator cannot express fails here."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "config.yaml").write_text(NO_HOOKS)
    package = "items_client"
    command = [sys.executable, "-m", "openapi_python_client", "generate", f"--path={CONTRACT}", "--meta=none"]
    command += [f"--config={folder}/config.yaml", f"--output-path={folder}/{package}", "--fail-on-warning"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 0, done.stdout + done.stderr
    sys.path.insert(0, str(folder))
    yield package
    sys.path.remove(str(folder))


@pytest.fixture
def operations(generated: str, url: str) -> Iterator[Operations]:
    """Every operation as a function, which takes what the generated one takes and gives its whole answer."""
    client = importlib.import_module(f"{generated}.client").Client(url, raise_on_unexpected_status=True)
    with client:
        found = {}
        for tag, names in OPERATIONS.items():
            for name in names:
                function = importlib.import_module(f"{generated}.api.{tag}.{name}").sync_detailed
                found[name] = lambda *args, _call=function, **kwargs: _call(*args, client=client, **kwargs)
        yield SimpleNamespace(**found, models=importlib.import_module(f"{generated}.models"))


@pytest.mark.case("a generated client: the basics")
def test_the_basics(operations: Operations) -> None:
    assert operations.hello().parsed.message == "Hello, World!"
    assert operations.health().parsed.status == "ok"
    document = operations.models.DocumentType0.from_dict({"numbers": [1, 2.5, None]})
    assert operations.echo(body=document).parsed == document
    assert operations.echo(body=[1, "two", {"three": 3}]).parsed == [1, "two", {"three": 3}]


@pytest.mark.case("a generated client: an item's life")
def test_an_items_life(operations: Operations) -> None:
    models = operations.models
    created = operations.create_item(body=models.NewItem(name="Lamp", price=19.9, quantity=3))
    item = created.parsed
    assert item == models.Item(id=item.id, name="Lamp", description=None, price=19.9, quantity=3)
    assert created.headers["Location"] == f"/items/{item.id}"
    assert operations.get_item(item.id).parsed == item
    replaced = operations.replace_item(item.id, body=models.NewItem(name="Bulb", price=1, description="Warm"))
    assert replaced.parsed == models.Item(id=item.id, name="Bulb", description="Warm", price=1, quantity=0)
    assert operations.get_item(item.id).parsed == replaced.parsed
    assert operations.delete_item(item.id).status_code == 204
    for gone in (operations.get_item, operations.delete_item):
        assert gone(item.id).parsed.status == models.ProblemStatus.VALUE_404


@pytest.mark.case("a generated client: pages")
def test_pages(operations: Operations) -> None:
    items = [
        operations.create_item(body=operations.models.NewItem(name=f"Lamp {n}", price=n)).parsed
        for n in range(5)
    ]
    before = items[0].id - 1
    pages, after = [], before
    try:
        while page := operations.list_items(limit=2, **({"after": after} if after else {})).parsed:
            pages.append(page)
            after = page[-1].id
    finally:
        for item in items:
            operations.delete_item(item.id)
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [item for page in pages for item in page] == items


@pytest.mark.case("a generated client: an invalid item")
def test_an_invalid_item(operations: Operations) -> None:
    invalid = operations.create_item(body=operations.models.NewItem(name="", price=-1)).parsed
    assert isinstance(invalid, operations.models.InvalidProblem)
    assert [(place.location, place.pointer) for place in invalid.errors] == [
        (operations.models.InvalidLocation.BODY, "/name"),
        (operations.models.InvalidLocation.BODY, "/price"),
    ]
