#!/usr/bin/env bash
# Makes .venv: Python 3.10 with exactly the packages of requirements.lock, every file hash-checked.
# Safe to run at any time; returns at once when nothing changed. Needs the package index of pip.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=deploy/find_python.sh
. deploy/find_python.sh
# shellcheck source=deploy/uv.sh
. deploy/uv.sh

readonly LOCK=requirements.lock
readonly STAMP=.venv/.synchronised

# What .venv must match: the lock, and the Python that it was made with.
wanted_stamp() {
    .venv/bin/python - "$LOCK" <<'PYTHON' 2>/dev/null
import hashlib, pathlib, sys
print(hashlib.sha256(pathlib.Path(sys.argv[1]).read_bytes()).hexdigest(), sys.version)
PYTHON
}

is_up_to_date() {
    [ -x .venv/bin/python ] && [ -f "$STAMP" ] && [ "$(wanted_stamp)" = "$(cat "$STAMP")" ]
}

make_environment() {
    if [ -n "$PYTHON" ]; then
        say "making .venv with $PYTHON"
        "$UV" venv --quiet --clear --no-project --python "$PYTHON" .venv
        return
    fi
    say "found no Python 3.10; asking uv to fetch one"
    "$UV" venv --quiet --clear --no-project --python 3.10 .venv 2>/dev/null || fail \
        "no Python 3.10: install it (for example: pyenv install 3.10) or name it: make setup PYTHON310=/path/to/python3.10"
}

if is_up_to_date; then exit 0; fi
say "setting up .venv (once; later runs skip this)"
PYTHON=$(find_python_3_10 || true)
if [ -n "${PYTHON310:-}" ] && [ -z "$PYTHON" ]; then
    fail "PYTHON310=$PYTHON310 is not a complete Python 3.10 (needs: $NEEDED_MODULES)"
fi
provide_uv
hand_on_pip_configuration
if ! works_as_python_3_10 .venv/bin/python; then make_environment; fi
say "installing the packages of $LOCK (about 2 GB; the first time takes some minutes)"
rm -f "$STAMP"
if [ -t 2 ]; then
    "$UV" pip sync --require-hashes --python .venv/bin/python "$LOCK"
else # without a terminal uv lists every package: keep the summary only
    "$UV" pip sync --require-hashes --python .venv/bin/python "$LOCK" 2>&1 | sed '/^ [-+~] /d'
fi
wanted_stamp >"$STAMP"
say ".venv is ready"
