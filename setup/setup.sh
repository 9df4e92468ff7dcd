#!/bin/sh
# Everything the checkout needs, in order; each step is quick when there is nothing to do.
# Usage: setup/setup.sh run|check|test|bench
# run: to serve; check: also linters; test: also PostGIS, browser and fonts; bench: also what sends many requests
set -eu
cd "$(dirname "$0")/.."

# Two starts at once wait for each other where the machine has flock.
if [ -z "${LINLI_SETUP_LOCKED:-}" ] && command -v flock >/dev/null 2>&1; then
    LINLI_SETUP_LOCKED=1 exec flock .setup.lock "$0" "$@"
fi

# What the caller's own Python environment says must not reach ours.
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV

setup/system.sh "$1"
setup/environment.sh "$1"
setup/browser_scripts.sh "$1"
