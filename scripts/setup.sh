#!/bin/sh
# Make .venv for `run` (what the server needs) or `dev` (tests and lint as well), at the pinned versions.
# usage: scripts/setup.sh run|dev
set -eu

group=${1:?usage: scripts/setup.sh run|dev}
minimum="3.11"

fail() {
    echo "$1" >&2
    exit 1
}

new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for python in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
        if command -v "$python" >/dev/null && new_enough "$python"; then
            command -v "$python"
            return
        fi
    done
    return 1
}

make_venv() {
    python=$(find_python) || fail "Tagwerk needs Python $minimum or newer, found $(python3 -V 2>&1 || echo none): install it, or name it with PYTHON=/path/to/python3 make ..."
    version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import venv, ensurepip' 2>/dev/null || sh scripts/need.sh "python$version-venv"
    echo "Making .venv with Python $version ..."
    rm -rf .venv
    "$python" -m venv .venv
}

# A tree that was moved or a Python that was replaced leaves a .venv that cannot run: make it anew.
.venv/bin/python -m pip --version >/dev/null 2>&1 || make_venv

pip() {
    PYTHONUNBUFFERED=1 .venv/bin/python -m pip --disable-pip-version-check "$@"
}

# Name each package as it comes, so that nobody waits before a silent screen.
progress() {
    while read -r verb name _; do
        case $verb in
            Collecting) printf ' %s' "${name%%[!A-Za-z0-9._-]*}" ;;
            Installing) printf '\nUnpacking them ...\n' ;;
        esac
    done
}

# hatchling builds this tree in the venv itself, so that its version is pinned like all others.
packages="hatchling editables $(.venv/bin/python scripts/requirements.py "$group")"
echo "Installing $(echo "$packages" | wc -w | tr -d ' ') packages and what they need ($group) ..."
log=.venv/pip.log
rm -f .venv/.fetched
# shellcheck disable=SC2086  # one word is one requirement
{ pip install --constraint constraints.txt $packages 2>"$log" && touch .venv/.fetched; } | progress
[ -e .venv/.fetched ] || fail "
$(cat "$log")"
echo "Installing Tagwerk itself ..."
pip --quiet --quiet install --no-deps --no-build-isolation --editable .

touch .venv/.ready-run
[ "$group" = run ] || touch .venv/.ready-dev
echo "Ready."
