#!/usr/bin/env bash
# The launcher: where it is called from, who may write where, two starts at once, what becomes of a
# cache that is not its own, how much memory it takes, and which variables it hands on. Works on a
# small copy of the checkout whose Maven and JDK do what each check needs.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

checkout=$work/checkout
jdk=$work/jdk
chmod 755 "$work"

# The JDK that the launcher itself chooses, as it told the JVM.
find_jdk() {
    "$project/registry" --version >/dev/null
    sed -n '1s/ -X.*//p' "$project/registry-app/target/berth/berth.aot.key"
}

# A JDK that trains as the file mode beside it says, and otherwise is the real one. Keeps what it was told.
make_jdk() {
    mkdir -p "$jdk/bin"
    cp "$real/release" "$jdk/release"
    cp "$project/registry-app/target/berth/berth.aot" "$jdk/good.aot" 2>/dev/null || echo cache >"$jdk/good.aot"
    cat >"$jdk/bin/java" <<JAVA
#!/bin/sh
printf '%s\n' "\$*" >>'$jdk/told'
case "\$*" in
    *" train")
        for argument; do
            case \$argument in -XX:AOTCacheOutput=*) output=\${argument#*=} ;; esac
        done
        case \$(cat '$jdk/mode') in
            good) cp '$jdk/good.aot' "\$output" ;;
            waits)
                until [ -e '$jdk/go' ]; do sleep 0.2; done
                cp '$jdk/good.aot' "\$output"
                ;;
            fails) exit 1 ;;
            hangs) exec sleep 600 ;;
        esac
        ;;
    *) exec '$real/bin/java' "\$@" ;;
esac
JAVA
    printf '#!/bin/sh\nexec "%s/bin/javac" "$@"\n' "$real" >"$jdk/bin/javac"
    chmod 755 "$jdk/bin/java" "$jdk/bin/javac"
    : >"$jdk/told"
    chmod 666 "$jdk/told"
    mode good
}

mode() {
    echo "$1" >"$jdk/mode"
}

# A checkout that is built, with a Maven that takes two seconds and counts.
make_checkout() {
    rm -rf "$checkout"
    mkdir -p "$checkout/registry-app/src/main" "$checkout/registry-app/target"
    cp "$project/registry" "$checkout/"
    touch "$checkout/pom.xml" "$checkout/registry-app/pom.xml" "$checkout/registry-app/src/main/Source.java"
    cp "$project/registry-app/target/berth.jar" "$checkout/berth.jar"
    cat >"$checkout/mvnw" <<MAVEN
#!/bin/sh
echo built >>'$checkout/builds'
sleep 2
cp '$checkout/berth.jar' '$checkout/registry-app/target/berth.jar'
MAVEN
    chmod 755 "$checkout/mvnw"
    cp -r "$project/registry-app/target/berth" "$checkout/registry-app/target/berth"
    rm -f "$checkout"/registry-app/target/berth/berth.aot*
    touch "$checkout/registry-app/target/built"
}

launch() {
    env -u BERTH_HEAP JAVA25_HOME="$jdk" "$checkout/registry" "$@"
}

prints_version() {
    [[ $("$@" 2>"$work/said") == "Berth "* ]]
}

# The JVM finds that the cache was made elsewhere.
said_nothing() {
    ! grep -vF '[aot]' "$work/said"
}

said() {
    grep -qF "$1" "$work/said" || { cat "$work/said"; return 1; }
}

builds() {
    touch "$checkout/builds"
    [[ $(wc -l <"$checkout/builds") == "$1" ]]
}

fails_with_message() {
    if "$@" 2>"$work/said"; then
        return 1
    fi
}

trainings() {
    [[ $(grep -c ' train$' "$jdk/told") == "$1" ]]
}

# --- from anywhere

through_links() {
    mkdir -p "$work/bin" "$work/more"
    ln -sfn ../checkout/registry "$work/bin/berth"
    ln -sfn "$work/bin/berth" "$work/more/registry"
    prints_version env JAVA25_HOME="$jdk" "$work/more/registry" --version
    cd /
    prints_version env PATH="$work/more:$PATH" JAVA25_HOME="$jdk" registry --version
    prints_version env JAVA25_HOME="$jdk" sh "$checkout/registry" --version
}

# --- a checkout that others own

# As a user who may only read; root becomes one.
as_reader() {
    if [[ $EUID == 0 ]]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

state() {
    find "$checkout" -printf '%p %s %T@ %m\n' | sort
}

only_reads() {
    local before
    make_checkout
    launch --version >/dev/null 2>&1
    chmod -R a+rX,a-w "$checkout"
    before=$(state)
    prints_version as_reader env JAVA25_HOME="$jdk" "$checkout/registry" --version
    said_nothing
    tail -n 1 "$jdk/told" | grep -q -- -XX:AOTCache=
    [[ $(state) == "$before" ]]
    chmod -R u+w "$checkout"
}

starts_without_a_cache() {
    make_checkout
    chmod -R a+rX,a-w "$checkout"
    prints_version as_reader env JAVA25_HOME="$jdk" "$checkout/registry" --version
    said_nothing
    chmod -R u+w "$checkout"
}

runs_what_is_older() {
    make_checkout
    touch -d '+1 minute' "$checkout/registry-app/src/main/Source.java"
    chmod -R a+rX,a-w "$checkout"
    prints_version as_reader env JAVA25_HOME="$jdk" "$checkout/registry" --version
    said "is older than its sources"
    chmod -R u+w "$checkout"
    builds 0
}

explains_that_it_is_not_built() {
    make_checkout
    rm "$checkout/registry-app/target/built"
    chmod -R a+rX,a-w "$checkout"
    fails_with_message as_reader env JAVA25_HOME="$jdk" "$checkout/registry" --version
    said "Build it as the user who owns that folder"
    chmod -R u+w "$checkout"
}

# --- two at once

build_once() {
    local one two
    make_checkout
    rm -r "$checkout/registry-app/target"
    PATH=$1 launch --version >"$work/one" 2>&1 &
    one=$!
    PATH=$1 launch --version >"$work/two" 2>&1 &
    two=$!
    wait "$one"
    wait "$two"
    grep -q '^Berth ' "$work/one"
    grep -q '^Berth ' "$work/two"
    builds 1
}

# A folder of all programs but flock, as on macOS.
hide_flock() {
    local folder
    mkdir -p "$work/programs"
    for folder in /bin /usr/bin; do
        ln -sf "$folder"/* "$work/programs/" 2>/dev/null || true
    done
    rm -f "$work/programs/flock"
}

takes_the_lock_of_the_dead() {
    make_checkout
    rm "$checkout/registry-app/target/built"
    mkdir "$checkout/registry-app/target/build.lock.d"
    sh -c 'echo $$' >"$checkout/registry-app/target/build.lock.d/pid"
    PATH=$work/programs prints_version launch --version
    builds 1
}

builds_after_a_build_that_failed() {
    make_checkout
    rm -r "$checkout/registry-app/target"
    printf '#!/bin/sh\necho broken >&2\nexit 1\n' >"$checkout/mvnw"
    fails_with_message launch --version
    said broken
    make_checkout
    rm "$checkout/registry-app/target/built"
    prints_version launch --version
}

does_not_wait_for_a_cache() {
    local other
    make_checkout
    : >"$jdk/told"
    mode waits
    launch --version >"$work/one" 2>&1 &
    other=$!
    until trainings 1; do sleep 0.2; done
    prints_version launch --version
    touch "$jdk/go"
    wait "$other"
    trainings 1
    mode good
}

# --- the cache

prepared_again() {
    : >"$jdk/told"
    prints_version launch --version
    trainings 1
    prints_version launch --version
    trainings 1
}

cache=$checkout/registry-app/target/berth/berth.aot

makes_it_once() {
    make_checkout
    prepared_again
    tail -n 1 "$jdk/told" | grep -q -- "-XX:AOTCache=$cache"
}

makes_it_again_for_another_jar() {
    echo >"$checkout/registry-app/target/berth/lib/another.jar"
    prepared_again
}

makes_it_again_when_damaged() {
    sleep 1
    "$@"
    prepared_again
    cmp "$cache" "$jdk/good.aot"
}

cut_short() {
    truncate -s 1000 "$cache"
}

overwritten() {
    dd if=/dev/urandom of="$cache" bs=4096 seek=1 count=16 conv=notrunc status=none
}

# A cache that the real JVM made and uses, damaged so that neither length nor time tell.
starts_with_hidden_damage() {
    make_checkout
    prints_version env JAVA25_HOME="$real" "$checkout/registry" --version
    prints_version env JAVA25_HOME="$real" "$checkout/registry" --version
    [[ ! -s $work/said ]]
    touch -r "$cache" "$work/time"
    dd if=/dev/urandom of="$cache" bs=1M seek=20 count=4 conv=notrunc status=none
    touch -r "$work/time" "$cache"
    prints_version env JAVA25_HOME="$real" "$checkout/registry" --version
    said "[aot]"
}

ends_a_training_that_hangs() {
    make_checkout
    mode hangs
    : >"$jdk/told"
    BERTH_TRAINING_SECONDS=2 prints_version launch --version
    said "starts are slower without it"
    [[ ! -e $cache ]]
    prints_version launch --version
    trainings 1
    mode good
}

goes_on_when_the_training_fails() {
    make_checkout
    mode fails
    prints_version launch --version
    said "starts are slower without it"
    mode good
}

can_do_without() {
    make_checkout
    : >"$jdk/told"
    BERTH_TRAINING_SECONDS=0 prints_version launch --version
    trainings 0
}

# --- memory

eval "$(sed -n '/^smaller() {/,/^}/p; /^smallest() {/,/^}/p; /^memory_of() {/,/^}/p; /^heap_for() {/,/^}/p' \
    "$project/registry")"

# root_with MEBIBYTES CGROUP: a file system with so much memory, and what /proc/self/cgroup says.
root_with() {
    root=$work/root
    rm -rf "$root"
    mkdir -p "$root/proc/self" "$root/sys/fs/cgroup"
    printf 'MemTotal: %s kB\nMemFree: 5 kB\n' $(($1 * 1024)) >"$root/proc/meminfo"
    printf "%b" "$2" >"$root/proc/self/cgroup"
}

# limit FILE BYTES
limit() {
    mkdir -p "$(dirname "$root/sys/fs/cgroup/$1")"
    echo "$2" >"$root/sys/fs/cgroup/$1"
}

# expect_mib MEBIBYTES: what the process may use.
expect_mib() {
    local bytes
    bytes=$(memory_of "$root")
    [[ $bytes == $(($1 * 1048576)) ]] || { echo "$bytes"; return 1; }
}

mib=1048576
counts_the_machine() {
    root_with 3000 ''
    expect_mib 3000
    rm -r "$root/sys" "$root/proc/self"
    expect_mib 3000
    root_with 3000 '0::/a\n'
    limit a/memory.max max
    expect_mib 3000
}

counts_a_control_group() {
    root_with 3000 '0::/\n'
    limit memory.max $((512 * mib))
    expect_mib 512
    root_with 3000 '0::/system.slice/berth.service\n'
    limit system.slice/memory.max $((700 * mib))
    limit system.slice/berth.service/memory.max max
    expect_mib 700
    limit system.slice/berth.service/memory.max $((600 * mib))
    expect_mib 600
    # The path is the host's, the mount the container's.
    root_with 3000 '0::/docker/0123\n'
    limit memory.max $((400 * mib))
    expect_mib 400
    limit memory.max $((4000 * mib))
    expect_mib 3000
}

counts_a_control_group_of_version_1() {
    root_with 3000 '5:cpu:/x\n4:hugetlb,memory:/docker/0123\n0::/\n'
    limit memory/memory.limit_in_bytes 9223372036854771712
    expect_mib 3000
    limit memory/docker/0123/memory.limit_in_bytes $((256 * mib))
    expect_mib 256
    root_with 3000 '4:memory:/docker/0123\n'
    limit memory/memory.limit_in_bytes $((300 * mib))
    expect_mib 300
}

takes_a_quarter() {
    [[ $(heap_for $((64 * mib))) == 128 ]]
    [[ $(heap_for $((512 * mib))) == 128 ]]
    [[ $(heap_for $((1000 * mib))) == 250 ]]
    [[ $(heap_for $((4096 * mib))) == 1024 ]]
    [[ $(heap_for $((64 * 1024 * mib))) == 1024 ]]
}

tells_the_jvm() {
    make_checkout
    launch --version >/dev/null 2>&1
    tail -n 1 "$jdk/told" | grep -qE -- " -Xmx$(heap_for "$(memory_of '')")m "
    BERTH_HEAP=300m JAVA25_HOME=$jdk "$checkout/registry" --version >/dev/null 2>&1
    tail -n 1 "$jdk/told" | grep -qE -- ' -Xmx300m '
    # Neither an octal number nor one that the shell refuses.
    BERTH_HEAP=0128m JAVA25_HOME=$jdk "$checkout/registry" --version >/dev/null 2>&1
    tail -n 1 "$jdk/told" | grep -qE -- ' -Xmx128m '
    fails_with_message env BERTH_HEAP=much JAVA25_HOME="$jdk" "$checkout/registry" --version
    said "BERTH_HEAP is much, but must be a size such as 512m or 2g."
    for heap in 4m 512 1000k 0g; do
        fails_with_message env BERTH_HEAP=$heap JAVA25_HOME="$jdk" "$checkout/registry" --version
        said "BERTH_HEAP is $heap, which is too little to start: give it 128m or more."
    done
}

# --- the JDK

refuses_what_is_no_jdk() {
    make_checkout
    mkdir -p "$work/old/bin"
    cp "$jdk/bin/java" "$work/old/bin/java"
    echo 'JAVA_VERSION="21.0.4"' >"$work/old/release"
    for folder in "$work/old" "$work/nothing"; do
        fails_with_message env JAVA25_HOME="$folder" JAVA_HOME="$jdk" "$checkout/registry" --version
        said "JAVA25_HOME is $folder, but there is no JDK 25 or newer there"
    done
    prints_version env -u JAVA25_HOME JAVA_HOME="$jdk" "$checkout/registry" --version
    prints_version env JAVA25_HOME= JAVA_HOME="$jdk" "$checkout/registry" --version
}

# --- help and variables

helps_without_a_build() {
    local arguments
    make_checkout
    rm -r "$checkout/registry-app/target"
    for arguments in --help -h "serve --help"; do
        # shellcheck disable=SC2086 # arguments are words
        JAVA25_HOME=$work/nothing "$work/more/registry" $arguments >"$work/help"
        grep -q 'registry serve ' "$work/help"
        grep -q 'BERTH_DATA ' "$work/help"
        [[ $(grep -cw train "$work/help") == 0 ]]
    done
    builds 0
}

# refuses_folder MESSAGE VARIABLE...: where a file is in the place of the folder.
refuses_folder() {
    local message=$1
    shift
    make_checkout
    touch "$checkout/data"
    if env "$@" JAVA25_HOME="$jdk" "$checkout/registry" serve >"$work/said" 2>&1; then
        return 1
    fi
    said "$message"
}

hands_on_all_variables() {
    local headers
    start berth "$work/data" 'REGISTRY_HTTP_HEADERS_Access-Control-Allow-Origin=[http://ui.example]' \
        $'REGISTRY_HTTP_HEADERS_X-Two=- one\n- "$(two) * \'three\'"' REGISTRY_HTTP_HEADERS_X_LOW=low
    headers=$(curl -sSi "http://$server/v2/" | tr -d '\r')
    grep -qx 'Access-Control-Allow-Origin: http://ui.example' <<<"$headers"
    grep -qx 'X-Two: one' <<<"$headers"
    grep -qxF "X-Two: \$(two) * 'three'" <<<"$headers"
    grep -qx 'X_LOW: low' <<<"$headers"
    # It is the server that a signal to the launcher reaches.
    kill "$pid"
    wait "$pid" || [[ $? == 143 ]]
    unset "processes[$pid]"
}

real=$(find_jdk)
make_jdk
make_checkout
hide_flock

check "called through links, by the PATH and by a shell" through_links
check "needs only to read what is built" only_reads
check "starts without a cache where none can be made" starts_without_a_cache
check "runs what is older where it cannot build" runs_what_is_older
check "says who can build" explains_that_it_is_not_built
check "two at once build once" build_once "$PATH"
check "and without flock" build_once "$work/programs"
check "takes the lock of a process that is gone" takes_the_lock_of_the_dead
check "builds after a build that failed" builds_after_a_build_that_failed
check "does not wait for the cache of another" does_not_wait_for_a_cache
check "makes a cache once" makes_it_once
check "makes it again for another jar" makes_it_again_for_another_jar
check "makes it again when it is cut" makes_it_again_when_damaged cut_short
check "makes it again when it is overwritten" makes_it_again_when_damaged overwritten
check "starts with a cache whose damage cannot be seen" starts_with_hidden_damage
check "ends a training that hangs" ends_a_training_that_hangs
check "goes on when the training fails" goes_on_when_the_training_fails
check "can do without a training" can_do_without
check "counts the memory of the machine" counts_the_machine
check "counts that of a control group" counts_a_control_group
check "counts that of a control group of version 1" counts_a_control_group_of_version_1
check "takes a quarter of it" takes_a_quarter
check "tells the JVM" tells_the_jvm
check "refuses a JAVA25_HOME that is no JDK 25" refuses_what_is_no_jdk
check "helps without a JDK and a build" helps_without_a_build
check "names a folder that was set by its variable" \
    refuses_folder "which BERTH_DATA names, does not work" BERTH_DATA="$checkout/data"
check "names no variable that was not set" \
    refuses_folder "the default because BERTH_DATA is not set, does not work" -u BERTH_DATA
check "passes on variables whose names a shell does not allow" hands_on_all_variables
summary
