#!/bin/sh
# Compiles the catalogues of translations that changed.
set -eu
cd "$(dirname "$0")/.."
. setup/stamps.sh

set -- webmap/translations/*/LC_MESSAGES/messages.po
[ -e "$1" ] || exit 0
catalogues=$(fingerprint "$@")
if ! is_done translations "$catalogues" || [ ! -e "${1%.po}.mo" ]; then
    .venv/bin/pybabel --quiet compile --directory webmap/translations
    mark_done translations "$catalogues"
fi
