#!/bin/sh
# Install Chromium and PostgreSQL for the tests where they are missing.
set -eu
. scripts/apt.sh

missing=
command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
    command -v google-chrome >/dev/null || missing="chromium"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null ||
    missing="$missing postgresql"
[ -z "$missing" ] && exit 0

# shellcheck disable=SC2086  # the names are separate words
apt_install $missing && exit 0
echo "The tests need these programs, which are not installed: $missing" >&2
echo "On Debian or Ubuntu: apt-get install $missing" >&2
echo "On macOS: brew install --cask chromium; brew install postgresql@16" >&2
exit 2
