#!/usr/bin/env bash
# The official conformance suite of the OCI distribution specification, whole, twice: for version
# 1.1, and for the coming version with sparse content. A skipped test counts as a failure here: the
# suite skips what a registry legally declines, and Berth declines nothing. Needs Go 1.24 or newer.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

module=github.com/opencontainers/distribution-spec/conformance
version=v0.0.0-20260730175803-fee21197eb94

go_is_new_enough() {
    has go && printf '1.24\n%s\n' "$(GOTOOLCHAIN=local go env GOVERSION | sed 's/^go//')" | sort -CV
}

# The suite is built as a dependency of an empty module: that works with any module proxy.
build_suite() {
    mkdir "$work/suite"
    cd "$work/suite"
    go mod init suite
    go mod edit -require "$module@$version"
    GOFLAGS=-mod=mod go build -o "$work/conformance" "$module"
}

# count NAME: how many tests ended so, as the suite itself says.
count() {
    sed -n "s/^  $1\.*: *\([0-9]*\)$/\1/p" "$work/run/output" | head -n 1
}

# run_suite PASSES SKIPPED DISABLED [NAME=VALUE...]: all of the suite at the server that runs.
run_suite() {
    local passes=$1 skipped=$2 disabled=$3 reported
    shift 3
    rm -rf "$work/run"
    mkdir "$work/run"
    cd "$work/run"
    env OCI_REGISTRY="$server" OCI_TLS=disabled OCI_RESULTS_DIR="$work/run" "$@" \
        "$work/conformance" >"$work/run/output" 2>&1 || true
    grep 'msg="failed test"' "$work/run/output" | cut -c 1-600 || true
    grep -A 1 ': Skip$' "$work/run/output" || true
    note "$(count Pass) passed, $(count FAIL) failed, $(count Error) errors, $(count Skip) skipped, $(count Disabled) disabled"
    [[ $(count Pass) == "$passes" && $(count Disabled) == "$disabled" ]]
    [[ $(count Skip) == "$skipped" && $(count FAIL) == 0 && $(count Error) == 0 ]]
    # The report for machines says the same; it leaves out what is zero.
    grep -q '<testsuites ' "$work/run/junit.xml"
    reported=$(sed -n 's/^<testsuites .*skipped="\([0-9]*\)".*/\1/p' "$work/run/junit.xml")
    [[ ${reported:-0} == "$skipped" ]]
    ! grep -qE '<testsuites [^>]*(failures|errors)="[1-9]' "$work/run/junit.xml"
}

if ! go_is_new_enough; then
    skip "conformance suite" "needs Go 1.24 or newer"
    summary
    exit
fi
check "suite builds" build_suite

# Clients that are sent to versitygw get the whole blob for a range that ends before it begins, which is
# legal, and which the suite skips, once for each algorithm. Berth itself refuses such a range.
skips=0
if [[ $store == versitygw && ${REGISTRY_STORAGE_REDIRECT_DISABLE:-false} != true ]]; then
    skips=2
fi

start "$subject" "$work/data-1.1"
check "version 1.1, 860 tests" run_suite $((860 - skips)) "$skips" 2 OCI_VERSION=1.1
stop "$pid"

# Sparse content is what strict checking of references is there to refuse. This version wants the
# digest in a header of the answer that has the blob, where an S3 server never sends it.
start "$subject" "$work/data-dev" REGISTRY_VALIDATION_MANIFESTS_REFERENCES=lenient \
    REGISTRY_STORAGE_REDIRECT_DISABLE=true
check "coming version with sparse content, 1032 tests" \
    run_suite 1032 0 0 OCI_VERSION=dev OCI_DATA_SPARSE=true
stop "$pid"

summary
