#!/bin/sh
# Debian packages: installs what is missing (as root on Debian, Ubuntu and their like), or says in one line what to install.
# Usage: setup/system.sh run|check|test|bench
set -eu
cd "$(dirname "$0")/.."

exists() { # true if one of the files given is there (a pattern without a match stays itself)
    for file in "$@"; do
        [ -e "$file" ] && return 0
    done
    return 1
}

has_command() {
    for name in "$@"; do
        command -v "$name" >/dev/null 2>&1 && return 0
    done
    return 1
}

missing=""
setup/find_python.sh >/dev/null || missing="$missing python3 python3-venv"
exists /usr/lib/*/mod_spatialite.so /usr/lib*/mod_spatialite.so /usr/local/lib/mod_spatialite.* \
    /opt/homebrew/lib/mod_spatialite.* || missing="$missing libsqlite3-mod-spatialite"
exists /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt ||
    missing="$missing ca-certificates"
if [ "$1" = test ] || [ "$1" = bench ]; then
    exists /usr/share/postgresql/*/extension/postgis.control /usr/share/pgsql/extension/postgis.control \
        /usr/local/share/postgresql*/extension/postgis.control /opt/homebrew/share/postgresql*/extension/postgis.control ||
        missing="$missing postgresql-postgis"
    has_command chromium chromium-browser google-chrome || missing="$missing chromium"
    { has_command fc-list && [ -n "$(fc-list :lang=zh-cn)" ]; } || missing="$missing fontconfig fonts-noto-cjk"
fi
if [ "$1" = bench ]; then
    has_command wrk || missing="$missing wrk"
fi
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && has_command apt-get; then
    echo "Installing Debian packages:$missing"
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    # shellcheck disable=SC2086 # a list of names
    if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
else
    echo "Linli needs these packages first (names as in Debian; apt-get install$missing)" >&2
    exit 1
fi
