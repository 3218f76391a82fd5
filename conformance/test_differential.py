"""Services beside each other: the same requests, and the same answers.

pytest conformance/test_differential.py --url http://127.0.0.1:8001 --beside django=http://127.0.0.1:8002
"""

import pytest

from conformance.differential import ResetError, difference


@pytest.mark.case("services beside each other answer alike")
def test_services_beside_each_other_answer_alike(services: dict[str, str], short: bool, seed: int) -> None:
    try:
        found = difference(services, short=short, seed=seed)
    except ResetError as error:
        pytest.fail(str(error), pytrace=False)
    if found:
        pytest.fail(str(found), pytrace=False)
