#!/usr/bin/env bash
# Proves that the committed widget is what its source builds, to the byte, and small enough; runs the
# source's own checks first. Only who changes the widget needs Node: without it this is skipped, but
# not in CI.
set -euo pipefail
cd "$(dirname "$0")/.."

needed=20
built=bot/gateway/pages/widget.js

has_node() {
    command -v npm >/dev/null || return 1
    local version
    version=$(node --version 2>/dev/null) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge "$needed" ]
}

if ! has_node; then
    printf 'the widget is not checked: that needs Node %s or newer, with npm\n' "$needed" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
    exit 0
fi

if grep -q '"resolved"' widget/package-lock.json; then
    printf 'widget/package-lock.json names where packages are from: npm install --omit-lockfile-registry-resolved\n' >&2
    exit 1
fi

deploy/widget_packages.sh
npm --prefix widget run --silent check

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
npm --prefix widget run --silent build -- --outDir "$place" --logLevel warn
if ! cmp "$place/widget.js" "$built"; then
    printf '%s is not what widget/ builds: run make widget, and commit it\n' "$built" >&2
    exit 1
fi
.venv/bin/python -m bot widget size
