#!/usr/bin/env bash
# Makes sure that the programs which the tests drive are there: Chromium and the PostgreSQL server.
# Installs them on Debian as root; otherwise says in one line what is missing.
set -euo pipefail

has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }
has_postgres() { command -v postgres || compgen -G '/usr/lib/postgresql/*/bin/postgres'; }

missing=()
has_chromium >/dev/null || missing+=(chromium)
has_postgres >/dev/null || missing+=(postgresql)
if [ "${#missing[@]}" = 0 ]; then exit 0; fi

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    printf 'installing for the tests: %s\n' "${missing[*]}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "${missing[@]}" >/dev/null
    printf '[%3d s] installed: %s\n' "$SECONDS" "${missing[*]}"
else
    printf 'not installed, so the tests that need them are skipped: %s (on Debian: apt-get install %s)\n' \
        "${missing[*]}" "${missing[*]}" >&2
fi
