set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

python := ".venv/bin/python"
in_dev := "uv run -q --no-project --isolated --python '>=3.11,<3.14' --with-requirements requirements-dev.txt python -m"
compose := env("COMPOSE", "docker compose")
compile := "uv pip compile -q --universal --generate-hashes --python-version 3.11 --custom-compile-command 'just lock' pyproject.toml"

# list the recipes
_default:
    @just --list --unsorted

# the tools' own environment, made again only when requirements.txt or the folder is another
_tools:
    @[ .venv/installed -nt requirements.txt ] && [ "$(cat .venv/installed)" = "$PWD" ] || (uv venv --clear .venv && uv pip sync --require-hashes -p .venv requirements.txt && pwd > .venv/installed)

# measure services: `just bench flask_sqlite`; `just bench --help` says more
[no-exit-message]
bench *ARGS: _tools
    @{{python}} -m loadtests bench "$@"

# run one scenario by hand: `just k6 hello --url http://127.0.0.1:8000`
[no-exit-message]
k6 *ARGS: _tools
    @{{python}} -m loadtests k6 "$@"

# write the page of a run, or show what changed between two: `just report`, `just report RUN [RUN]`
[no-exit-message]
report *ARGS: _tools
    @{{python}} -m loadtests report "$@"

# count the instructions of a request, which noise does not disturb: `just cost`, `just cost flask_sqlite`
[no-exit-message]
cost *ARGS: _tools
    @{{python}} -m loadtests cost "$@"

# several k6 that shared a load, as one: `just merge SUMMARY.json SUMMARY.json`
[no-exit-message]
merge *ARGS: _tools
    @{{python}} -m loadtests merge "$@"

# hold services to the contract: `just conform`, `just conform flask_sqlite`, `just conform --url URL`
[no-exit-message]
conform *ARGS: _tools
    @{{python}} -m conformance "$@"

# measure the gate: which known bugs do the judges see? `just mutants --help` says more
[no-exit-message]
mutants *ARGS: _tools
    @{{python}} -m conformance.mutants "$@"

# put services under fire: kills, locks, full disks, floods; `just torture --help` says more
[no-exit-message]
torture *ARGS: _tools
    @{{python}} -m torture "$@"

# everything that must hold before a change lands, but for what `just check` looks at
test: _tools test-tools test-services test-contract test-postgresql test-torture
    @{{python}} -m tests.containers

# the tests of the tools and of the repository
test-tools: _tools
    @{{python}} -m pytest -q

# all five services held to the contract, with fewer random examples
[no-exit-message]
test-contract: _tools
    @{{python}} -m conformance --short

# the ORM services on PostgreSQL: their tests of it, the contract, and torture, in their short forms
[no-exit-message]
test-postgresql: _tools
    #!/usr/bin/env bash
    set -euo pipefail
    if ! command -v initdb >/dev/null && ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
      echo "Left out: PostgreSQL, which is not installed (apt-get install postgresql)" >&2
      exit
    fi
    for service in fastapi_orm flask_orm django_drf; do echo "$service"; (cd "services/$service" && PYTHONPATH=../.. ../../{{python}} -m harness.postgresql {{in_dev}} pytest -q tests/test_postgresql.py); done
    {{python}} -m conformance --database postgresql --short
    {{python}} -m torture --database postgresql --short

# all five services under fire, for a short time
[no-exit-message]
test-torture: _tools
    @{{python}} -m torture --short

# the tests of each service, in an environment of its own
test-services:
    @for service in services/*/; do echo "$service"; (cd "$service" && {{in_dev}} pytest -q); done

# build the five images, start each hardened, and hold it to the contract; needs a Docker engine
[no-exit-message]
containers *ARGS: _tools
    @{{python}} -m pytest -v -m containers tests/containers "$@"

# copy each service out alone, install it with plain pip, start it, and hold it to the contract
[no-exit-message]
standalone *ARGS: _tools
    @{{python}} -m pytest -v -m standalone tests/test_standalone.py "$@"

# start services in containers, each on its port of compose.yaml: `just up flask_sqlite`, `just up --profile postgresql proxy`
up *SERVICES:
    @profile=(); [ "${1:-}" != --profile ] || { profile=("$1" "${2:?which profile?}"); shift 2; }; {{compose}} "${profile[@]}" up --detach --build "$@"

# stop them; their volumes stay
down:
    @{{compose}} --profile postgresql down

# the contract, the linters, the types, deploy/, and which package may import which
check: _tools check-contract check-services check-deploy
    @.venv/bin/hadolint services/*/Dockerfile harness/*.Dockerfile
    @.venv/bin/ruff check -q && .venv/bin/ruff format -q --check
    @.venv/bin/mypy harness loadtests conformance torture tests
    @said=$(.venv/bin/lint-imports --no-logo --no-cache) || { echo "$said"; exit 1; }

# openapi.yaml by two linters; the second where there is npx
check-contract: _tools
    @.venv/bin/openapi-spec-validator openapi.yaml
    @! command -v npx >/dev/null || npx --yes @redocly/cli@2.40.0 lint --skip-rule=operation-4xx-response openapi.yaml

# the types of each service, of its twin and of its rungs, in an environment of its own
check-services:
    @for service in services/*/; do echo "$service"; (cd "$service" && {{in_dev}} mypy && {{in_dev}} mypy $(ls ../../loadtests/{twins,rungs}/"$(basename "$service").py" 2>/dev/null)); done

# deploy/ without a cluster: kustomize, the schemas of Kubernetes, checkov, and what they do not see
check-deploy: _tools
    @{{python}} -m pytest -q -m deploy tests/test_deploy.py

# known vulnerabilities of what is pinned, where the database of them can be asked
audit:
    @for project in . services/*/ examples/starlette; do uvx -q pip-audit@2.10.1 --strict --progress-spinner off --require-hashes --disable-pip -r "$project/requirements.txt"; done

# write the code as ruff has it
format: _tools
    @.venv/bin/ruff check -q --fix && .venv/bin/ruff format -q

# compile every requirements.txt anew from its pyproject.toml; `just lock --upgrade` takes the newest versions
lock *ARGS:
    @for project in . services/*/ examples/starlette; do (cd "$project" && {{compile}} -o requirements.txt "$@"); done
    @for project in services/*/; do (cd "$project" && {{compile}} --group dev -c requirements.txt -o requirements-dev.txt "$@"); done
