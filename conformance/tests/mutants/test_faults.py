from conformance.mutants.faults import FAULTS, answers, bodies, errors, requests, storage, values
from conformance.reference.service import Reference
from harness.wire import Request


def test_no_fault_has_the_name_of_another() -> None:
    modules = (answers, bodies, errors, requests, storage, values)
    assert sum(len(module.FAULTS) for module in modules) == len(FAULTS)


def test_a_fault_is_of_one_reference_alone() -> None:
    before, greeting = Reference(), Request("GET", "/hello")
    for switch in FAULTS.values():
        switch(Reference())
    after = Reference()
    assert after.contract == before.contract
    assert after.answer(greeting) == before.answer(greeting)
    assert vars(after).keys() == vars(before).keys()
