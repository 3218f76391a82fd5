from copy import deepcopy

from conformance.mutants.faults import DATA, FAULTS, messages, storage
from conformance.reference.service import Reference
from harness.wire import Request


def test_no_fault_has_the_name_of_another() -> None:
    named = [*DATA.values(), *(module.FAULTS for module in (messages, storage))]
    assert sum(map(len, named)) == len(FAULTS)


def test_a_fault_is_of_one_reference_alone() -> None:
    before, greeting = Reference(), Request("GET", "/hello")
    contract = deepcopy(before.contract)
    for switch in FAULTS.values():
        switch(Reference())
    after = Reference()
    assert after.contract == contract
    assert after.answer(greeting) == before.answer(greeting)
    assert vars(after).keys() == vars(before).keys()
