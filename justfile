set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

python := ".venv/bin/python"

# list the recipes
_default:
    @just --list --unsorted

# the tools' own environment, made again only when requirements.txt changes
_tools:
    @[ .venv/installed -nt requirements.txt ] || (uv venv -q --clear .venv && uv pip sync -q --require-hashes -p .venv requirements.txt && touch .venv/installed)

# measure services: `just bench flask_sqlite`, `just bench --help`
bench *ARGS: _tools
    @{{python}} -m loadtests.runner "$@"
