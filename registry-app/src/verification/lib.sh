# shellcheck shell=bash
# What the legs share: servers on free loopback ports, checks that are counted, and cleaning up.
# To be sourced, by a script that has set -euo pipefail.
# SUBJECT=distribution runs a leg against docker-registry instead of Berth, which shows whether a
# failure is a fault of the leg or of Berth. STORE=radosgw, or another kind that s3-server knows, has all servers keep
# their data in a bucket instead of on the disk.

# shellcheck disable=SC2034 # read by the scripts that source this
subject=${SUBJECT:-berth}
store=${STORE:-disk}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
project=$(cd "$here/../../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/berth-verification.XXXXXX")
passed=0 failed=0 skipped=0
declare -A processes=() # process id -> its log
exec 3>&1

clean_up() {
    local status=$? pid
    if ((status != 0)); then
        print_logs
    fi
    for pid in "${!processes[@]}"; do
        stop "$pid"
    done
    # A container engine that was killed may have left mounts behind.
    awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r |
        xargs -r umount || true
    rm -rf "$work"
}
trap clean_up EXIT

print_logs() {
    local log
    for log in "${processes[@]}"; do
        echo "--- end of $(basename "$log")"
        tail -n 20 "$log" | cut -c 1-400
    done
}

# Builds Berth first, because a build takes longer than the timeout of a start.
if [[ $subject == berth ]]; then
    "$project/registry" --version
fi

# Clients find no credentials, and those of a login are removed at the end.
use_empty_docker_config() {
    export DOCKER_CONFIG=$work/docker-config
    mkdir "$DOCKER_CONFIG"
    echo '{}' >"$DOCKER_CONFIG/config.json"
}

# fails COMMAND...: the command does not succeed.
fails() {
    if "$@"; then
        echo "succeeded: $*" >&2
        return 1
    fi
}

free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            echo "$port"
            return
        fi
    done
}

# run_in_background LOG COMMAND...: sets pid; stopped at the end at the latest.
run_in_background() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 &
    pid=$!
    processes[$pid]=$log
}

stop() {
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
    unset "processes[$1]"
}

# wait_for PID COMMAND...: until the command succeeds; gives up when the process ends, or after a minute.
wait_for() {
    local process=$1 attempt
    shift
    for ((attempt = 0; attempt < 300; attempt++)); do
        if "$@" >/dev/null 2>&1; then
            return
        fi
        if ! kill -0 "$process" 2>/dev/null; then
            break
        fi
        sleep 0.2
    done
    echo "did not come up: $(basename "${processes[$process]}")" >&2
    return 1
}

# Whether the server answers, with or without a login.
serves() {
    [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$server/v2/") == @(200|401) ]]
}

# start KIND FOLDER [NAME=VALUE...]: sets server to host:port and pid to the process id.
start() {
    local kind=$1 folder=$2 port
    shift 2
    port=$(free_port)
    run_in_background "$work/$kind-$port.log" env "$@" "$here/serve" "$kind" "$port" "$folder"
    server=127.0.0.1:$port
    wait_for "$pid" serves
}

# check NAME COMMAND...: runs a command or function, all of which must succeed; shows its output if not.
check() {
    local name=$1 status
    shift
    set +e
    (
        set -e
        "$@"
    ) >"$work/check.log" 2>&1 </dev/null
    status=$?
    set -e
    if ((status == 0)); then
        passed=$((passed + 1))
        echo "  ok    $name"
    else
        failed=$((failed + 1))
        echo "  FAIL  $name"
        tail -n 30 "$work/check.log" | cut -c 1-600 | sed 's/^/        /'
    fi
}

# note TEXT: a line for the reader from inside a check, whose output is otherwise shown on failure only.
note() {
    echo "        $1" >&3
}

skip() {
    skipped=$((skipped + 1))
    echo "  skip  $1: $2"
}

has() {
    command -v "$1" >/dev/null
}

# The closing line, and the verdict.
summary() {
    echo "$passed passed, $failed failed, $skipped skipped"
    ((failed == 0))
}

# Starts the S3 server that the others keep their data in. Ends the leg where there is none to be had.
start_store() {
    local missing port settings
    if ! missing=$("$here/s3-server" prepare "$store" "$work/s3"); then
        skip "everything on $store" "$missing"
        summary
        exit
    fi
    port=$(free_port)
    run_in_background "$work/$store.log" "$here/s3-server" run "$store" "$work/s3" "$port"
    wait_for "$pid" test -e "$work/s3/ready"
    mapfile -t settings < <("$here/s3-server" settings "$port")
    export "${settings[@]}"
}

if [[ $store != disk ]]; then
    start_store
fi
