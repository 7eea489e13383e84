#!/bin/sh
# Make the virtual environment with everything that demo and tests need.
set -eu
python=${1:-python3}

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "Komet Shop needs Python 3.11 or newer; $python is $("$python" --version 2>&1)." >&2
    echo "Install it, or name another: make PYTHON=python3.12 ..." >&2
    exit 2
}
if [ ! -x .venv/bin/pip ]; then
    rm -rf .venv
    "$python" -m venv .venv 2>/dev/null || {
        . scripts/apt.sh
        apt_install python3-venv || {
            echo "Python cannot make a virtual environment: install its venv module." >&2
            exit 2
        }
        rm -rf .venv
        "$python" -m venv .venv
    }
fi
.venv/bin/pip install --quiet --disable-pip-version-check \
    --constraint constraints.txt --upgrade setuptools wheel
.venv/bin/pip install --quiet --disable-pip-version-check --no-build-isolation \
    --constraint constraints.txt \
    --editable '.[demo,dev]' --editable plugins/clearent
