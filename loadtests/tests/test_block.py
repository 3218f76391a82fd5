"""Services broken on purpose, each refused by a gate of the whole command; and variants that are not."""

from harness.tests.fakes import add_service
from loadtests.tests.conftest import BLOCK, PLAN, THREE, TWICE, Tree

REPLACING = PLAN.replace("create_item =", "replace_item = { users = 1, iterations = 3 }\ncreate_item =")
VARIANTS = """
[variants]
floor = { service = "beta", application = "floor" }
one = { service = "alpha" }
again = { service = "alpha", control_of = "one" }
four = { service = "beta", env = { WEB_CONCURRENCY = 4 } }
twin = { service = "gamma", application = "twin" }
large = { service = "alpha", records = 10000 }
not_named = { service = "alpha" }
"""
VARIED = TWICE.replace("records = 3", 'records = 3\ndataset = "copied"') + VARIANTS


def test_what_cannot_be_believed_is_refused_and_its_block_is_measured_again(tree: Tree) -> None:
    add_service(tree.root / "services", "gamma")
    tree.plant("replacing", REPLACING)
    for service, order in zip(THREE, ("forget_new", "forget_replaced", "one_worker"), strict=True):
        tree.tell(service, order)
    tree.tell_k6(hello="unlawful", delete_item="exit")
    out, err = tree.failing("--plan", "replacing")
    little = {"code": "little", "numbers": {"value": 0.5}}
    exited = {"code": "k6", "numbers": {"says": "k6 ended with exit status 107: GoError: out of luck"}}
    facts = {"code": "facts", "numbers": {"workers": "1 / 2"}}
    refused = {(row["variant"], row["scenario"]): row["invalid"] for row in tree.samples if row["invalid"]}
    assert refused == {
        ("alpha", "hello"): little,
        ("alpha", "create_item"): {"code": "rows", "numbers": {"rows": 3, "expected": 7}},
        ("alpha", "delete_item"): exited,
        ("beta", "hello"): little,
        ("beta", "replace_item"): {"code": "lost", "numbers": {"items": 3}},
        ("beta", "delete_item"): exited,
        ("gamma", "hello"): facts,
        ("gamma", "replace_item"): facts,
        ("gamma", "create_item"): facts,
        ("gamma", "delete_item"): facts,
    }
    assert tree.calls.count("replace_item") == 2  # of the third there is nothing to measure
    died = [sample for sample in tree.samples if sample["invalid"] == exited]
    assert {(sample["requests_per_second"], sample["rows_expected"]) for sample in died} == {(None, None)}
    for sentence in (
        "alpha, hello, round 1: Little's law: throughput * mean time / users is 0.500, not 1",
        "alpha, create_item, round 1: the database holds 3 items where the answers add up to 7",
        "alpha, delete_item, round 1: k6 ended with exit status 107: GoError: out of luck",
    ):
        assert sentence in out
        assert sentence.partition("round 1: ")[2] in tree.page
    assert all(f"{service} in round 1" in err.partition("Not complete: ")[2] for service in THREE)
    assert f"just bench --resume {tree.run.name}" in err
    before = len(tree.calls)
    tree.tell_k6()
    for service in THREE:
        tree.tell(service, "")
    out, _ = tree.bench("--resume")
    assert tree.calls[before:] == [*BLOCK[:3], "replace_item", *BLOCK[3:]] * 3
    assert tree.codes[12:] == [None] * 12
    assert "alpha, delete_item, round 1: k6 ended with" in out  # what was refused is still told


def test_a_service_that_fails_in_the_warm_up_is_refused(tree: Tree) -> None:
    tree.tell_k6(warm_up="fail_check")
    tree.failing("alpha", "--plan", "tiny")
    failed = {"code": "checks", "numbers": {"in": "warm-up", "status is 200": 2}}
    assert [sample["invalid"] for sample in tree.samples] == [failed] * 3


def test_the_variants_that_are_named_are_measured_each_on_the_dataset_of_its_service_and_size(
    tree: Tree,
) -> None:
    add_service(tree.root / "services", "gamma")
    twins = tree.root / "loadtests" / "twins"
    twins.mkdir()
    (twins / "gamma.py").touch()
    tree.plant("varied", VARIED)
    services = {"floor": "beta", "one": "alpha", "again": "alpha", "four": "beta", "twin": "gamma"}
    services |= {"large": "alpha"}
    _, err = tree.bench(*services, "--plan", "varied", "--rounds", "1", "--seed", "9")
    assert (tree.plan.rounds, tree.plan.seed, list(tree.plan.variants)) == (1, 9, list(services))
    assert {sample["variant"]: sample["service"] for sample in tree.samples} == services
    assert tree.calls.count("load_items") == 3  # once for each service, and never for a large one
    assert "large, round 1 of 1: 10,000 of 10,000 items" in err
    counts = {(row["variant"], row["scenario"]): (row["rows"], row["rows_expected"]) for row in tree.samples}
    for name, number in [("one", 3), ("again", 3), ("four", 3), ("twin", 3), ("large", 10_000)]:
        for scenario, more in [("hello", 0), ("create_item", 4), ("delete_item", 2)]:
            assert counts[name, scenario] == (number + more, number + more)
    assert [scenario for name, scenario in counts if name == "floor"] == ["hello"]
    assert sorted({sample["order"] for sample in tree.samples}) == [1, 2, 3, 4, 5, 6]
    seen = tree.machine["configuration"]
    settings = [(seen[name]["workers"], seen[name]["journal_mode"]) for name in ("one", "four", "twin")]
    assert settings == [(2, "WAL"), (4, "WAL"), (2, "DELETE")]
    options = (tree.root / "services" / "gamma" / "words.json").read_text()
    assert options == f'["--pythonpath", "{twins}", "gamma:app"]'


OPEN = f"""{PLAN.partition("[scenarios]")[0]}
[scenarios]
hello = {{ users = 9, seconds = 1, rates = [50, 100, 150, 200] }}
get_item = {{ users = 9, seconds = 1, rates = [50, 100] }}

[variants]
more = {{ service = "alpha", records = 5 }}
"""


def test_a_rate_rises_until_it_is_too_high_or_iterations_are_dropped(tree: Tree) -> None:
    tree.plant("open", OPEN)
    tree.tell_k6(get_item="drop")
    tree.bench("--plan", "open")
    steps = [(step["scenario"], step["rate"], step["p99_ms"], step["dropped"]) for step in tree.samples]
    assert steps[:3] == [("hello", 50, 9.9, 0), ("hello", 100, 9.9, 0), ("hello", 150, 99, 0)]
    assert steps[3:] == [("get_item", 50, 9.9, 3)]
    assert (tree.samples[0]["rows"], tree.samples[0]["first_half_ms"]) == (5, 11)  # rows of the variant
