#!/usr/bin/env bash
# Trains the model: train.sh models/NAME.tar.gz. Shows each step; the rest goes to train.log beside it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
set -a
# shellcheck source=deploy/rasa.env
. deploy/rasa.env
set +a

readonly MODEL=$1
FOLDER=$(dirname "$MODEL")
readonly FOLDER LOG=$FOLDER/train.log

# Rasa prints dozens of warnings about the insides of the packages that it pins. Each line is shown
# when its step begins, with the seconds since the start.
steps() {
    local line
    while IFS= read -r line; do
        case $line in
        *"Starting to train component '"*)
            line=${line##*component \'}
            printf '[%3d s] training %s\n' "$SECONDS" "${line%%\'*}"
            ;;
        esac
    done
}

mkdir -p "$FOLDER"
printf '[%3d s] training %s (about a minute; log: %s)\n' "$SECONDS" "$MODEL" "$LOG"
# --force: Rasa's own cache looks at a component's class only, not at the modules that it imports.
# --skip-validation: it reads all data a second time; `make test` runs `rasa data validate`.
if ! PYTHONUNBUFFERED=1 .venv/bin/python -m bot.nlu.rasa_command train --force --skip-validation --out "$FOLDER" \
    --fixed-model-name "$(basename "$MODEL" .tar.gz)" 2>&1 | tee "$LOG" | steps; then
    cat "$LOG" >&2
    printf 'error: training failed; the lines above are in %s\n' "$LOG" >&2
    exit 1
fi
printf '[%3d s] the model is ready\n' "$SECONDS"
