#!/bin/sh
# The scripts that pages use come from pinned npm packages and are served by Linli itself: setup/browser_scripts.txt
# lists the few files that are copied to webmap/static/vendor.
# Usage: setup/browser_scripts.sh run|check|test|bench
set -eu
cd "$(dirname "$0")/.."
. setup/stamps.sh

list=setup/browser_scripts.txt
vendor=webmap/static/vendor
lock=$(fingerprint package-lock.json setup/node.txt)
copied=$(fingerprint package-lock.json $list)

case $1 in
run) scope=npm-run omit="--omit=dev" ;;
*) scope=npm-all omit="" ;;
esac

fetched() {
    [ -d node_modules ] && { is_done npm-all "$lock" || is_done "$scope" "$lock"; }
}

fetch() {
    # Node.js brings certificates of its own; a machine behind a proxy trusts others as well.
    if [ -z "${NODE_EXTRA_CA_CERTS:-}" ] && [ -e /etc/ssl/certs/ca-certificates.crt ]; then
        export NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt
    fi
    npm=npm
    if ! npm --version >/dev/null 2>&1; then
        .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --require-hashes -r setup/node.txt
        npm=.venv/bin/npm
        PATH="$(pwd)/.venv/bin:$PATH" # npm starts node by name
        export PATH
    fi
    echo "Fetching the scripts of the pages"
    # shellcheck disable=SC2086 # omit may be empty
    "$npm" ci $omit --ignore-scripts --no-fund --no-audit --no-update-notifier \
        --loglevel=error >/dev/null
    rm -f .venv/stamps/npm-*
    mark_done $scope "$lock"
}

fetched || fetch
if ! is_done vendor "$copied" || [ ! -d $vendor ]; then
    rm -rf $vendor
    grep -v -e '^#' -e '^$' $list | while read -r from to; do
        mkdir -p "$vendor/$(dirname "$to")"
        cp "node_modules/$from" "$vendor/$to"
    done
    mark_done vendor "$copied"
fi
