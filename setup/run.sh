#!/bin/sh
# Serves, with the demo neighbourhood filled in on the first start (DEMO=0: not). The Makefile gives HOST and PORT.
set -eu
cd "$(dirname "$0")/.."
unset PYTHONPATH PYTHONHOME

store=instance/linli.sqlite
unfinished=instance/demo.unfinished # left behind by a first start that was interrupted

if [ -n "${LINLI_DATABASE_URL:-}" ]; then
    echo "The store is the one LINLI_DATABASE_URL names; .venv/bin/linli demo fills it with the demo neighbourhood."
elif [ "${DEMO:-1}" != 0 ] && { [ ! -e $store ] || [ -e $unfinished ]; }; then
    mkdir -p instance
    : >$unfinished
    .venv/bin/linli demo
    rm $unfinished
fi
exec .venv/bin/linli serve --host "${HOST:-127.0.0.1}" --port "${PORT:-8000}" "$@"
