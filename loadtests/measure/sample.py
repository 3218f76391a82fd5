"""What measuring one scenario of one variant in one round came to: one line of samples.jsonl."""

from math import isfinite, isnan, nan
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, PlainSerializer, field_validator

from harness import k6

DIGITS = 4  # significant: more than any interval between rounds leaves of a figure


def rounded(value: float) -> float | None:
    return float(f"{value:.{DIGITS}g}") if isfinite(value) else None


# null in the file, not-a-number here: an average that forgot to leave it out shows it; a zero would hide it.
Figure = Annotated[
    float,
    BeforeValidator(lambda value: nan if value is None else value),
    PlainSerializer(rounded, return_type=float | None),
]

Operation = Annotated[str, AfterValidator(k6.scripted)]

Answers = Literal["k6", "wrk", "checks", "requests", "rows", "lost", "little"]
Processes = Literal["facts", "silent", "worker", "unfinished"]
Bound = Literal["ceiling", "dropped", "cores", "generator", "thread"]
Code = Literal[Answers, Processes, Bound]
Numbers = dict[str, int | float | str]


class Cell(NamedTuple):
    round: int
    variant: str
    scenario: str
    rate: float = 0  # requests per second; 0 where the users set the pace


class Reason(BaseModel):
    """Why a sample is not what it should be. gates.sentence() says it in English."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Code
    numbers: Numbers = {}

    @field_validator("numbers")
    @classmethod
    def short(cls, numbers: Numbers) -> Numbers:
        return {
            name: rounded(value) or 0.0 if isinstance(value, float) else value
            for name, value in numbers.items()
        }


class Sample(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    round: int
    variant: str
    scenario: str
    service: str
    started: str
    invalid: Reason | None = None  # if the figures are not to be believed
    users: int
    requests: int = 0
    failed_checks: int = 0
    seconds: Figure = nan  # from the first user's start to the last answer
    requests_per_second: Figure = nan
    mean_ms: Figure = nan
    p50_ms: Figure = nan
    p95_ms: Figure = nan
    p99_ms: Figure = nan
    max_ms: Figure = nan
    quantiles_ms: tuple[Figure, ...] = ()  # the latency at each of k6.PERCENTS
    cpu_ms_per_request: Figure = nan
    service_cpu_share: Figure = nan  # of all cores, while k6 ran
    k6_cpu_share: Figure = nan  # the generator's, which may be wrk
    memory_mib: Figure = nan  # the highest of all that were taken
    memory_kind: str = ""  # pss: shared pages counted once; rss: counted for every process
    rows: int | None = None
    rows_expected: int | None = None  # what the service's answers say
    order: int = 0  # the place of the variant in its round, from 1
    bound: tuple[Reason, ...] = ()  # why the generator set the pace: such a row does not rank
    ceiling_share: Figure = nan  # of the throughput that k6 reaches against a server that does nothing
    dropped: int = 0  # iterations that k6 had no user free to begin
    little: Figure = nan  # Little's law: answers per second * mean time of an iteration / users, which is 1
    first_half_ms: Figure = nan  # mean latency of the halves of a timed scenario
    second_half_ms: Figure = nan
    database_cpu_ms_per_request: Figure = nan  # of our own PostgreSQL, beside the service's
    nginx_cpu_ms_per_request: Figure = nan  # of what stands before replicas
    round_trip_ms: Figure = nan  # of a query that does nothing, when the block began; SQLite has none
    connect_ms: Figure = nan  # of the users' first TCP connections, the shortest: nearest to a round trip
    idle_memory_mib: Figure = nan  # after the start, before the first request but /healthz
    rate: Figure = nan  # requests per second that k6 was told to begin; nan: as many as its users can

    @property
    def cell(self) -> Cell:
        return Cell(self.round, self.variant, self.scenario, 0 if isnan(self.rate) else self.rate)
