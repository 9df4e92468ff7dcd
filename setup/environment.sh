#!/bin/sh
# The virtual environment .venv: the pinned Python packages, and the checkout itself with the command `linli`.
# Usage: setup/environment.sh run|check|test|bench
set -eu
cd "$(dirname "$0")/.."
. setup/stamps.sh

case $1 in
run) wanted=requirements.txt ;;
*) wanted=requirements-dev.txt ;;
esac

# Programs in an environment name its place, so one that was moved with its checkout is made anew.
place=$(pwd)
if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { [ -e .venv/stamps/place ] && ! is_done place "$place"; }; then
    "$(setup/find_python.sh)" -m venv --clear .venv
fi
mark_done place "$place"

install() {
    .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input "$@"
}

packages=$(fingerprint setup/build.txt "$wanted")
if ! is_done "$wanted" "$packages"; then
    echo "Installing Python packages into .venv (a minute or two, once)"
    install --require-hashes -r setup/build.txt
    install --require-hashes --no-build-isolation -r "$wanted"
    mark_done "$wanted" "$packages"
    # The packages for development hold those for running.
    mark_done requirements.txt "$(fingerprint setup/build.txt requirements.txt)"
fi

# What only measuring needs is large, and comes on top.
if [ "$1" = bench ]; then
    beside=$(fingerprint requirements-bench.txt)
    if ! is_done requirements-bench.txt "$beside"; then
        echo "Installing what Linli is measured beside"
        install --require-hashes --no-build-isolation -r requirements-bench.txt
        mark_done requirements-bench.txt "$beside"
    fi
fi

checkout=$(fingerprint pyproject.toml)
if ! is_done checkout "$checkout" || [ ! -x .venv/bin/linli ]; then
    install --no-deps --no-build-isolation --editable .
    .venv/bin/python setup/check_spatialite.py
    mark_done checkout "$checkout"
fi
