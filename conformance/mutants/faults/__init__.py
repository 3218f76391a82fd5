"""Every fault: what is wrong, in a sentence, and the switch that makes it so."""

import tomllib
from pathlib import Path

from ..switches import SECTIONS, Switch
from . import messages, storage

DATA = tomllib.loads(Path(__file__).with_name("faults.toml").read_text())
FAULTS: dict[str, Switch] = {
    **{
        fault: SECTIONS[section](**entry)
        for section, faults in DATA.items()
        for fault, entry in faults.items()
    },
    **messages.FAULTS,
    **storage.FAULTS,
}
