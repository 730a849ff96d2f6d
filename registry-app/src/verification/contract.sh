#!/usr/bin/env bash
# Runs the tests of the S3 store that need a real S3 server, on the one that STORE names. The Maven build skips
# these test classes unless the REGISTRY_TEST_S3_* variables are set.
set -euo pipefail
SUBJECT=none # no registry is started
source "$(dirname "$0")/lib.sh"

tests_on_server() {
    cd "$project"
    if ! env REGISTRY_TEST_S3_ENDPOINT="$REGISTRY_STORAGE_S3_REGIONENDPOINT" \
        REGISTRY_TEST_S3_BUCKET="$REGISTRY_STORAGE_S3_BUCKET" \
        REGISTRY_TEST_S3_REGION="$REGISTRY_STORAGE_S3_REGION" \
        REGISTRY_TEST_S3_ACCESSKEY="$REGISTRY_STORAGE_S3_ACCESSKEY" \
        REGISTRY_TEST_S3_SECRETKEY="$REGISTRY_STORAGE_S3_SECRETKEY" \
        ./mvnw -B -pl registry-storage -am verify -Dtest='*S3Server*' -Dsurefire.failIfNoSpecifiedTests=false \
        >"$work/maven"; then
        # The failures are far above the end of the output.
        grep '^\[ERROR\]' "$work/maven" | head -n 30
        return 1
    fi
}

# The leg fails if no test ran.
ran() {
    sed -n 's/^.*\(Tests run: .*\), Time elapsed.*/\1/p' "$work/maven" >"$work/ran"
    note "$(grep -c . "$work/ran") classes, $(awk -F '[:,]' '{ run += $2; left += $8 } END { print run + 0 " tests, " left + 0 " skipped" }' "$work/ran")"
    grep -q 'Tests run: [1-9]' "$work/ran"
}

if [[ $store == disk ]]; then
    skip "contract of the S3 store" "needs STORE=radosgw or another S3 server"
    summary
    exit
fi
check "tests on $store" tests_on_server
check "there were tests" ran

summary
