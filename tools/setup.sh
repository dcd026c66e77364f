#!/bin/sh
# Makes .venv from a lock file, once per content of the locks; the Makefile calls it before everything else.
#
#   tools/setup.sh check     look for what this machine must have, and say what is missing
#   tools/setup.sh runtime   what a run needs (requirements.lock)
#   tools/setup.sh dev       that and the tools of the tests (requirements-dev.lock)
#
# Needs Python 3.11+ with venv, and git. Packages are taken only with the hashes of the lock. They are installed by uv
# where it can be had (on PATH, or from the lock), which takes a sixth of pip's time, else by pip.
# Settings: PYTHON (which interpreter), ECOTONE_INSTALLER=pip (never uv).
set -eu
cd "$(dirname "$0")/.."
want=${1:-dev}
venv=.venv
stamp=$venv/.ecotone-installed

case $want in
check) lock= ;;
runtime) lock=requirements.lock ;;
dev) lock=requirements-dev.lock ;;
*) echo "usage: tools/setup.sh check|runtime|dev" >&2; exit 2 ;;
esac

usable() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

# The stamp names the folder too: the scripts of a virtual environment break when it is moved.
content="$(cat pyproject.toml requirements.lock requirements-dev.lock | cksum) in $(pwd -P)"
if [ -n "$lock" ] && [ -f $stamp ] && command -v git >/dev/null 2>&1 && usable $venv/bin/python; then
    case $(cat $stamp) in
    "$want $content" | "dev $content") exit 0 ;;
    *" in $(pwd -P)") ;;
    *) rm -rf $venv ;;
    esac
fi

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        if usable "$PYTHON"; then echo "$PYTHON"; fi
        return
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python3.14 python; do
        if usable "$candidate"; then echo "$candidate"; return; fi
    done
}

found_pythons() {
    for candidate in ${PYTHON:-python3 python}; do
        version=$("$candidate" --version 2>&1) && echo "  $candidate is $version, which is too old"
    done
    return 0
}

complain() {
    missing=1
    printf 'Missing: %s\n' "$@" >&2
}

missing=0
python=$(find_python)
if [ -z "$python" ]; then
    complain "Python 3.11 or newer."
    found_pythons >&2
    echo '  Install it (Debian, Ubuntu: apt install python3 python3-venv; Fedora: dnf install python3; macOS: brew install python),' >&2
    echo '  or name the one to use: make setup PYTHON=/path/to/python3.12' >&2
elif ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    complain "the venv module of $python ($("$python" --version 2>&1))."
    echo '  Install it (Debian, Ubuntu: apt install python3-venv).' >&2
fi
if ! command -v git >/dev/null 2>&1; then
    complain "git, by which the histories of repositories are read."
    echo '  Install it (Debian, Ubuntu: apt install git; Fedora: dnf install git; macOS: xcode-select --install).' >&2
fi
[ $missing -eq 0 ] || exit 1
[ -n "$lock" ] || exit 0

if ! usable $venv/bin/python; then
    echo "Making $venv with $("$python" --version) …"
    "$python" -m venv --clear $venv
fi
rm -f $stamp
pip="$venv/bin/python -m pip --disable-pip-version-check --no-input"

find_uv() {
    # uv does not read pip's configuration: where pip is told of another index, pip is what works.
    [ "${ECOTONE_INSTALLER:-}" != pip ] || return 0
    if [ -z "${UV_DEFAULT_INDEX:-}" ] && $pip config list 2>/dev/null | grep -q '\.index-url='; then return 0; fi
    if command -v uv >/dev/null 2>&1; then echo uv; return; fi
    if [ ! -x $venv/bin/uv ]; then
        awk '/^uv==/ { inside = 1; print; next } /^[^ ]/ { inside = 0 } inside' requirements-dev.lock >$venv/uv.lock
        $pip install --quiet --require-hashes --no-deps -r $venv/uv.lock >/dev/null 2>&1 || return 0
    fi
    echo $venv/bin/uv
}

echo "Installing $(grep -c '^[a-z0-9]' $lock) packages from $lock into $venv: a minute or less, once …"
uv=$(find_uv)
installed=no
if [ -n "$uv" ]; then
    if "$uv" pip install --quiet --python $venv/bin/python --require-hashes --no-deps --compile-bytecode -r $lock; then
        installed=yes
    else
        echo "uv could not install them; trying with pip, which takes longer …" >&2
    fi
fi
if [ $installed = no ]; then
    if ! $pip install --quiet --require-hashes --no-deps -r $lock; then
        echo "The packages could not be installed: pip's message above says which and why. Without a network, point pip at" >&2
        echo "your mirror (PIP_INDEX_URL) or at a folder of wheels (PIP_FIND_LINKS), and say it again." >&2
        exit 1
    fi
fi
$pip install --quiet --no-deps --no-build-isolation --editable .
echo "$want $content" >$stamp
