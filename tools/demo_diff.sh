#!/bin/sh
# What a change does to the numbers: the small demo of the commit before it and its own, compared by `ecotone diff`.
#
# For reviewers; .ci/run prints it. It fails nothing: where there is nothing to compare with, it says so. The commit
# before is where the branch left main, or on main itself the one before the last. Both demos are made by .venv, with one
# clock and one key of the e-mail hashes, so that rows can be compared. Takes a minute.
#
# Settings: ECOTONE_NOW (the clock).
set -u
cd "$(dirname "$0")/.."
here=$PWD
now=${ECOTONE_NOW:-2026-08-22T12:00:00+00:00}

skip() {
    echo "The demo is not compared with that of the commit before: $1"
    exit 0
}

head=$(git rev-parse --verify --quiet HEAD) || skip "this is no git checkout, or one that git does not trust."
before=
for main in origin/main main; do
    before=$(git merge-base HEAD "$main" 2>/dev/null) && break
done
if [ -z "$before" ] || [ "$before" = "$head" ]; then
    before=$(git rev-parse --verify --quiet HEAD~1) || skip "there is none (nor is there in a clone of one commit)."
fi
name=$(git log -1 --format='%h (%s)' "$before")

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/before"
git archive "$before" | tar -x -C "$folder/before" || skip "$name could not be unpacked."

# The command of a checkout, whatever its module is called there, with a key that is always the same.
command='
import importlib, secrets, signal, sys, tomllib
signal.alarm(300)  # seconds
random_bytes = secrets.token_bytes
secrets.token_bytes = lambda count=32: bytes(32) if count == 32 else random_bytes(count)
with open("pyproject.toml", "rb") as file:
    module, _, function = tomllib.load(file)["project"]["scripts"]["ecotone"].partition(":")
sys.exit(getattr(importlib.import_module(module), function)(sys.argv[1:]))
'

demo() { # of which checkout, into which home
    (
        cd "$1" && env -i PATH="$PATH" HOME="${HOME:-/}" TMPDIR="${TMPDIR:-/tmp}" LANG=C.UTF-8 PYTHONPATH="$1" \
            ECOTONE_NOW="$now" "$here/.venv/bin/python" -c "$command" demo --small --home "$2"
    ) </dev/null >"$2.log" 2>&1
}

demo "$folder/before" "$folder/old" &
old=$!
demo "$here" "$folder/new"
new=$?
wait $old || skip "$name could not be run here:
$(tail -n 5 "$folder/old.log")"
[ $new -eq 0 ] || skip "that of this change ended with an error:
$(tail -n 5 "$folder/new.log")"

echo "The small demo, before this change (old: $name) and with it (new):"
.venv/bin/ecotone diff "$folder/old" "$folder/new" --limit 15 </dev/null
exit 0
