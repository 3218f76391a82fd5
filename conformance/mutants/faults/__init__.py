"""Every fault: what is wrong, in a sentence, and the switch that makes it so."""

from ..switches import Switch
from . import answers, bodies, errors, requests, storage, values

FAULTS: dict[str, Switch] = {
    fault: switch
    for module in (requests, bodies, values, storage, answers, errors)
    for fault, switch in module.FAULTS.items()
}
