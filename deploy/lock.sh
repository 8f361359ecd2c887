#!/usr/bin/env bash
# Resolves pyproject.toml into requirements.lock: exact versions, and the hash of every file.
# Not uv's own lock format: that writes the addresses of the package index into the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/uv.sh
. deploy/uv.sh

PYTHON=.venv/bin/python
provide_uv
hand_on_pip_configuration
say "resolving pyproject.toml"
"$UV" pip compile --quiet --python-version 3.10 --generate-hashes --no-emit-index-url --no-header \
    --no-annotate --group dev pyproject.toml --output-file requirements.lock
say "requirements.lock is up to date"
