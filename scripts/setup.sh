#!/bin/sh
# Makes .venv with every pinned package and sees to a Chromium. Says what it can't get.
set -eu
cd "$(dirname "$0")/.."

say() { echo "setup: $*" >&2; }

# What a tool says is of interest only when it fails.
quietly() {
    said=$("$@" 2>&1) || { echo "$said" >&2; return 1; }
}

make_venv() {
    [ -x .venv/bin/python ] && return
    if command -v uv >/dev/null 2>&1; then
        uv venv -q --seed --python '>=3.11' .venv && return
    fi
    for python in python3 python3.14 python3.13 python3.12 python3.11; do
        command -v "$python" >/dev/null 2>&1 || continue
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || continue
        "$python" -m venv .venv 2>/dev/null && return
        # Debian ships Python without venv; uv makes one without it.
        rm -rf .venv
        "$python" -m pip install -q --user --break-system-packages uv 2>/dev/null ||
            "$python" -m pip install -q --user uv 2>/dev/null || continue
        "$python" -m uv venv -q --seed .venv && return
    done
    say "needs Python 3.11 or later with venv (Debian: apt-get install python3-venv)"
    exit 1
}

install_packages() {
    quietly .venv/bin/python -m pip install -q --disable-pip-version-check uv ||
        { say "could not get uv from the package index: is there a network?"; exit 1; }
    quietly .venv/bin/python -m uv pip install -q --compile-bytecode --require-hashes \
        -r requirements.lock ||
        { say "could not get every package: is there a network?"; exit 1; }
    quietly .venv/bin/python -m uv pip install -q --no-deps --no-build-isolation -e .
}

has_chromium() { .venv/bin/python -m scrapers.browser >/dev/null 2>&1; }

get_chromium() {
    has_chromium && return
    say "getting a Chromium (Playwright's own)"
    .venv/bin/python -m playwright install chromium >/dev/null 2>&1 || true
    has_chromium && return
    if command -v apt-get >/dev/null 2>&1; then
        say "Playwright's download is not to be had; trying apt-get"
        as_root=""
        [ "$(id -u)" = 0 ] || as_root="sudo -n"
        { $as_root apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
            $as_root apt-get -qq install -y chromium; } >/dev/null 2>&1 || true
    fi
    has_chromium && return
    say "no Chromium could be had: the TikTok crawl and the browser tests are skipped." \
        "Install your system's chromium, or set TRENDGUARD_BROWSER_PATH."
}

make_venv
if [ ! -e .venv/.installed ] || [ requirements.lock -nt .venv/.installed ] ||
    [ pyproject.toml -nt .venv/.installed ]; then
    say "installing packages"
    install_packages
    get_chromium
    touch .venv/.installed
fi
