"""The last line of `just test`: what it did not run."""

from tests.containers import docker

if docker.answers():
    print("containers: not part of `just test`; `just containers` builds and checks the five images")
else:
    print("containers: skipped, no Docker engine answers; start one and run `just containers`")
