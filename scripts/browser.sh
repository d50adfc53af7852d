#!/bin/sh
# Print the path of a Chromium that Playwright can drive, or fail.
# A snap is passed over: it sees neither this machine's /tmp nor hidden folders, so it cannot be driven.
set -eu

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    path=$(command -v "$name") || continue
    case $(readlink -f "$path") in /snap/* | /var/lib/snapd/* | */bin/snap) continue ;; esac
    if head -c 4096 "$path" | tr -d '\0' | grep -q '/snap/bin'; then continue; fi
    echo "$path"
    exit 0
done

# Playwright's own download, where someone made it (scripts/need.sh does on Ubuntu).
for path in "${PLAYWRIGHT_BROWSERS_PATH:-${HOME:-}/.cache/ms-playwright}"/chromium-*/chrome-linux*/chrome; do
    if [ -x "$path" ]; then
        echo "$path"
        exit 0
    fi
done
exit 1
