#!/bin/sh
# Make sure that commands are there: install their Debian or Ubuntu packages when allowed, else say what to do.
# usage: scripts/need.sh NAME...      a command, `browser`, or pythonX.Y-venv
set -eu

package_of() {
    case $1 in
        browser) echo chromium ;;
        node) echo nodejs ;;
        taskset) echo util-linux ;;
        redis-cli) echo redis-tools ;;
        *) echo "$1" ;;
    esac
}

present() {
    case $1 in
        browser) sh scripts/browser.sh >/dev/null ;;
        libatomic1) PATH="$PATH:/sbin" ldconfig -p | grep -q 'libatomic\.so\.1' ;;  # the browser driver's
        python*-venv) "${1%-venv}" -c 'import venv, ensurepip' 2>/dev/null ;;
        *) PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null ;;  # Debian keeps servers there
    esac
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

apt_install() {
    command -v apt-get >/dev/null || return 1
    export DEBIAN_FRONTEND=noninteractive
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null >/dev/null 2>&1 || return 1
    # shellcheck disable=SC2086  # one word is one package
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $1 </dev/null >build/apt.log 2>&1
}

# Ubuntu has Chromium only as a snap, which cannot be driven; Playwright's own build can.
playwright_browser() {
    [ -x .venv/bin/playwright ] || return 1
    .venv/bin/playwright install chromium </dev/null >build/playwright.log 2>&1 || return 1
    as_root .venv/bin/playwright install-deps chromium </dev/null >>build/playwright.log 2>&1
}

is_ubuntu() {
    grep -q '^ID=ubuntu' /etc/os-release 2>/dev/null
}

obtain() {
    if [ "$1" = browser ] && is_ubuntu; then
        playwright_browser
    else
        apt_install "$(package_of "$1")"
    fi
}

advice() {
    if [ "$1" = browser ] && is_ubuntu; then
        echo "run: .venv/bin/playwright install --with-deps chromium   (or install Google Chrome's .deb; Ubuntu's chromium is a snap and cannot be driven)"
    else
        echo "run: sudo apt-get install $(package_of "$1")"
    fi
}

mkdir -p build
for name in "$@"; do
    present "$name" && continue
    echo "Installing $(package_of "$name") ..."
    if ! obtain "$name" || ! present "$name"; then
        echo "\"$name\" is missing and could not be installed from here; $(advice "$name")" >&2
        exit 1
    fi
done
