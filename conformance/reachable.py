"""Before all levels: does anything answer at the URL, and is it this API?"""

import json
import ssl

import h11

from conformance.judge import OutOfTime, limited
from harness.wire import Answer, Request, exchange

ASKED = ("/hello", "/healthz", "/items?limit=1")
PATIENCE = 10.0  # seconds for any of them


def unreachable(url: str) -> str:
    """Why there is nothing to judge, in one line: what was asked, and what came. Empty where there is."""
    came = []
    for target in ASKED:
        try:
            with limited(PATIENCE):
                answer = exchange(url, Request("GET", target))
        except (TimeoutError, OutOfTime):
            return f"{url}: GET {target}: no answer within {PATIENCE:.0f} s."
        except h11.ProtocolError as error:
            return f"{url}: GET {target}: what came is no HTTP: {error}"
        except ssl.SSLCertVerificationError as error:
            return f"{url}: {error.verify_message}. SSL_CERT_FILE=FILE names the certificates to be trusted."
        except (OSError, ValueError, OverflowError) as error:
            return f"No HTTP server answers at {url}: {error}"
        if answer is not None and answer.status == 200 and is_json(answer):
            return ""
        came.append(f"GET {target}: {described(answer)}")
    return f"Another API is at {url}, where each of these is 200 with JSON: {'; '.join(came)}"


def is_json(answer: Answer) -> bool:
    try:
        json.loads(answer.body)
    except (ValueError, RecursionError):
        return False
    return True


def described(answer: Answer | None) -> str:
    if answer is None:
        return "the connection was closed"
    to = f" to {answer.header('Location')}" if 300 <= answer.status < 400 else ""
    return f"{answer.status}{to} {answer.media_type}".strip()
