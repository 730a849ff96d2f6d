#!/usr/bin/env bash
# The scripts of this repository themselves: shellcheck finds nothing, Python compiles.
set -euo pipefail
SUBJECT=none # no server is started
source "$(dirname "$0")/lib.sh"
cd "$project"

shell_scripts() {
    git ls-files -z | xargs -0 grep -lE '^#!.*sh$|^# shellcheck shell=' -- || true
}

if has shellcheck; then
    mapfile -t scripts < <(shell_scripts)
    check "shellcheck on ${#scripts[@]} scripts" shellcheck "${scripts[@]}"
else
    skip "shellcheck" "not installed"
fi
check "Python" env PYTHONPYCACHEPREFIX="$work/cache" python3 -m compileall -q "$here"

summary
