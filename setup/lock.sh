#!/bin/sh
# Pins what is needed, with hashes and without addresses: `make lock`, after a change to a .in file or package.json.
# Versions stay as they are unless LOCK="--upgrade" or LOCK="--upgrade-package NAME" is given.
set -eu
cd "$(dirname "$0")/.."

pin() {
    target=$1
    shift
    # shellcheck disable=SC2086 # LOCK is a list of options
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --custom-compile-command "make lock" ${LOCK:-} --output-file "$target" "$@"
}

pin setup/build.txt setup/build.in
pin setup/node.txt setup/node.in
pin requirements.txt --constraint setup/build.txt requirements.in
pin requirements-dev.txt --constraint requirements.txt --constraint setup/build.txt requirements.in requirements-dev.in
pin requirements-bench.txt --constraint requirements-dev.txt --constraint setup/build.txt requirements-bench.in

npm=npm
command -v npm >/dev/null 2>&1 || npm=.venv/bin/npm
"$npm" install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --no-fund --no-audit --silent
