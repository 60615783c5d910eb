"""Between boto3 and what answers it: a call, its attempts, and what the trace is told of them.

`in_process` is what a lab opens: it puts `calls` where botocore would send a request. A call has
`attempts`, each of which meets the open faults and is answered by the emulator (`answers` has the
form that botocore parses). `observer` writes the trace, `notices` tell the reader what is not
modelled, and `accounts` keeps the reader's own accounts out of reach (`sdks`, `connections`).

`on_endpoint` is opened instead where the reader's settings lead to an emulator's server, or an
account is named: `addresses` tells where they lead, `way_out` looks at each request and sends it,
`long_polls` end with the run, `deployed` makes functions, and `read_off` takes from the answers
what the emulator in this process would tell.
"""

from helpers.emulator.modelled import MODELLED
from helpers.emulator.not_modelled import NotModelled
from helpers.emulator.serving import set_aside
from helpers.wire.accounts import RealNetworkRefused, arm_guard
from helpers.wire.calls import WireError
from helpers.wire.in_process import InProcess, uncorrected

__all__ = [
    "MODELLED", "InProcess", "NotModelled", "RealNetworkRefused", "WireError", "arm_guard",
    "set_aside", "uncorrected",
]  # fmt: skip
