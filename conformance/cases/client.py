"""A client generated from openapi.yaml, as a user would generate it, speaks with the service."""

import atexit
import importlib
import pkgutil
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

from conformance.case import Complaint, Subject, case, differs
from conformance.contract import CONTRACT
from harness.wire import EVERYWHERE

NO_HOOKS = "post_hooks: []\n"  # it would format the code
PACKAGE = "items_client"


@cache
def generated() -> str:
    """The name of the package, which can be imported until this process ends."""
    folder = Path(mkdtemp(prefix="items-client-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "config.yaml").write_text(NO_HOOKS)
    command = [sys.executable, "-m", "openapi_python_client", "generate", f"--path={CONTRACT}", "--meta=none"]
    command += [f"--config={folder}/config.yaml", f"--output-path={folder}/{PACKAGE}", "--fail-on-warning"]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ours
    if completed.returncode:
        raise ValueError(f"a part of the contract cannot be expressed: {completed.stdout}{completed.stderr}")
    sys.path.insert(0, str(folder))
    return PACKAGE


@contextmanager
def operations(url: str) -> Iterator[Any]:
    """Every operation as a function, which takes what the generated one takes and gives its whole answer."""
    client, models, api = (
        importlib.import_module(f"{generated()}.{name}") for name in ("client", "models", "api")
    )
    with client.Client(
        url,
        raise_on_unexpected_status=True,
        headers={
            name: text.strip() for name, _, text in (line.partition(":") for line in EVERYWHERE.headers)
        },
        verify_ssl=ssl.create_default_context(),  # which knows SSL_CERT_FILE
        httpx_args={"trust_env": False},
    ) as connected:
        contents = pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
        names = [module.name for module in contents if not module.ispkg]
        modules = {name.rpartition(".")[2]: importlib.import_module(name) for name in names}
        calls = {name: partial(module.sync_detailed, client=connected) for name, module in modules.items()}
        yield SimpleNamespace(**calls, models=models)


@case("a generated client: the basics", "declared")
def basics(subject: Subject) -> Iterator[Complaint]:
    with operations(subject.url) as api:
        yield from differs(api.hello().parsed.message, "Hello, World!", "hello")
        yield from differs(api.health().parsed.status, "ok", "health")
        document = api.models.DocumentType0.from_dict({"numbers": [1, 2.5, None]})
        yield from differs(api.echo(body=document).parsed, document, "echo")
        array = [1, "two", {"three": 3}]
        yield from differs(api.echo(body=array).parsed, array, "echo")


@case("a generated client: an item's life", "declared")
def life(subject: Subject) -> Iterator[Complaint]:
    with operations(subject.url) as api:
        models = api.models
        created = api.create_item(body=models.NewItem(name="Lamp", price=19.9, quantity=3))
        item = created.parsed
        lamp = models.Item(id=item.id, name="Lamp", description=None, price=19.9, quantity=3)
        yield from differs(item, lamp, "create_item")
        yield from differs(created.headers["Location"].endswith(f"/items/{item.id}"), True, "Location")
        yield from differs(api.get_item(item.id).parsed, lamp, "get_item")
        replaced = api.replace_item(item.id, body=models.NewItem(name="Bulb", price=1, description="Warm"))
        bulb = models.Item(id=item.id, name="Bulb", description="Warm", price=1, quantity=0)
        yield from differs(replaced.parsed, bulb, "replace_item")
        yield from differs(api.get_item(item.id).parsed, bulb, "get_item")
        yield from differs(api.delete_item(item.id).status_code, 204, "delete_item")
        for gone in (api.get_item, api.delete_item):
            yield from differs(gone(item.id).parsed.status, 404, "of an item that is gone")


@case("a generated client: pages", "declared", "list-last")
def pages(subject: Subject) -> Iterator[Complaint]:
    with operations(subject.url) as api:
        new_items = [api.models.NewItem(name=f"Lamp {number}", price=number) for number in range(5)]
        items = sorted((api.create_item(body=new).parsed for new in new_items), key=attrgetter("id"))
        listed, after = [], items[0].id - 1
        try:
            while page := api.list_items(limit=2, **({"after": after} if after else {})).parsed:
                listed.append(page)
                after = page[-1].id
        finally:
            for item in items:
                api.delete_item(item.id)
        yield from differs([len(page) for page in listed], [2, 2, 1], "the sizes of the pages")
        yield from differs([item for page in listed for item in page], items, "the items")


@case("a generated client: an invalid item", "declared", "errors-places")
def invalid(subject: Subject) -> Iterator[Complaint]:
    with operations(subject.url) as api:
        problem = api.create_item(body=api.models.NewItem(name="", price=-1)).parsed
        yield from differs(type(problem).__name__, "InvalidProblem", "the problem")
        places = sorted((str(place.location), place.pointer) for place in problem.errors)
        yield from differs(places, [("body", "/name"), ("body", "/price")], "the invalid places")
