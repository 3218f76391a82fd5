"""The commands of the tools, as a user first meets them."""

import pytest

from tests.commands import tool


@pytest.mark.parametrize("module", ["loadtests", "conformance", "conformance.mutants", "torture"])
def test_both_words_for_help_are_known(module: str) -> None:
    assert "--help" in tool(module, "-h")
