# Read by the other scripts: what was done is remembered in .venv/stamps, one file a step.
# shellcheck shell=sh

# Prints one word that changes when any of the files given, or the place of the checkout, does.
fingerprint() {
    { pwd && cat "$@"; } | { sha256sum 2>/dev/null || shasum -a 256; } | cut -d ' ' -f 1
}

is_done() { # step, fingerprint
    [ "$(cat ".venv/stamps/$1" 2>/dev/null)" = "$2" ]
}

mark_done() { # step, fingerprint
    mkdir -p .venv/stamps
    printf '%s\n' "$2" >".venv/stamps/$1"
}
