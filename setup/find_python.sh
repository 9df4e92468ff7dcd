#!/bin/sh
# Prints the Python the environment is made with: the first that is 3.11 or newer and can make environments.
for name in python3 python3.11 python3.12 python3.13 python3.14; do
    if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        command -v "$name"
        exit 0
    fi
done
exit 1
