#!/usr/bin/env bash
# Installs exactly the packages of widget/package-lock.json, unless they are there. Their own
# scripts are not run.
set -euo pipefail
cd "$(dirname "$0")/../widget"

done_file=node_modules/.package-lock.json
if [ -e "$done_file" ] && [ ! package-lock.json -nt "$done_file" ]; then exit 0; fi
printf 'installing what the widget is built with\n'
npm ci --ignore-scripts --no-audit --no-fund --prefer-offline --silent
