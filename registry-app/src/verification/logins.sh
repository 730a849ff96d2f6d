#!/usr/bin/env bash
# Users and passwords of a file: docker, skopeo and buildah log in, push, pull and log out, and get
# nothing without a login. The file changes while the registry runs. Runs as root, because container
# engines do. What is not installed is named and skipped.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$here/layout.sh"

use_empty_docker_config

users=$work/users
password="open sesame: \$1 \"x\""

# status CURL-ARGUMENT...: of an answer.
status() {
    curl -s -o /dev/null -w '%{http_code}' "$@"
}

# becomes STATUS CURL-ARGUMENT...: within some seconds.
becomes() {
    local expected=$1 attempt
    shift
    for ((attempt = 0; attempt < 40; attempt++)); do
        if [[ $(status "$@") == "$expected" ]]; then
            return
        fi
        sleep 0.2
    done
    return 1
}

curl_challenge() {
    [[ $(status "http://$server/v2/") == 401 ]]
    curl -s -D - -o /dev/null "http://$server/v2/" | tr -d '\r' |
        grep -ix 'www-authenticate: Basic realm="The \\"registry\\""'
    [[ $(status -u "alice:wrong" "http://$server/v2/") == 401 ]]
    [[ $(status -u "nobody:$password" "http://$server/v2/") == 401 ]]
    [[ $(status -u "alice:$password" "http://$server/v2/") == 200 ]]
}

curl_probes() {
    local path
    for path in / /livez /readyz; do
        [[ $(status "http://$server$path") == 200 ]]
    done
}

# htpasswd writes in place; others put a new file in the place of the old one.
users_change() {
    htpasswd -Bb "$users" bob "bob's"
    becomes 200 -u "bob:bob's" "http://$server/v2/"
    htpasswd -Bbn alice "$password" >"$users.new"
    mv "$users.new" "$users"
    becomes 401 -u "bob:bob's" "http://$server/v2/"
    [[ $(status -u "alice:$password" "http://$server/v2/") == 200 ]]
}

users_vanish() {
    mv "$users" "$users.away"
    sleep 2
    [[ $(status -u "alice:$password" "http://$server/v2/") == 200 ]]
    mv "$users.away" "$users"
}

# --- skopeo

skopeo_copy() {
    skopeo copy -q --src-tls-verify=false --dest-tls-verify=false "$@"
}

skopeo_round_trip() {
    fails skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/image:one"
    fails skopeo login --tls-verify=false -u alice -p wrong "$server"
    skopeo login --tls-verify=false -u alice -p "$password" "$server"
    skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/image:one"
    skopeo_copy "docker://$server/skopeo/image:one" "dir:$work/skopeo-pulled"
    same_content "$work/image" "$work/skopeo-pulled"
    [[ $(skopeo list-tags --tls-verify=false "docker://$server/skopeo/image" | jq -r '.Tags[]') == one ]]
    skopeo logout "$server"
    fails skopeo_copy "docker://$server/skopeo/image:one" "dir:$work/skopeo-without"
}

skopeo_credentials() {
    skopeo_copy --dest-creds "alice:$password" "oci:$work/image:it" "docker://$server/skopeo/creds:one"
    fails skopeo_copy --src-creds "alice:wrong" "docker://$server/skopeo/creds:one" "dir:$work/skopeo-wrong"
    skopeo_copy --src-creds "alice:$password" "docker://$server/skopeo/creds:one" "dir:$work/skopeo-right"
    same_content "$work/image" "$work/skopeo-right"
}

# --- docker: a daemon of our own, with nothing but a folder

docker_() {
    docker -H "unix://$work/docker/docker.sock" "$@"
}

docker_round_trip() {
    local image=$server/docker/image:one
    mkdir "$work/files"
    head -c 200000 /dev/urandom >"$work/files/random"
    tar -C "$work/files" -c . | docker_ import --change 'CMD ["/none"]' - "$image"
    fails docker_ push "$image"
    fails docker_ login -u alice --password-stdin "$server" <<<wrong
    docker_ login -u alice --password-stdin "$server" <<<"$password"
    docker_ push "$image"
    docker_ image inspect --format '{{.Id}}' "$image" >"$work/pushed"
    docker_ image rm "$image"
    docker_ pull "$image"
    docker_ image inspect --format '{{.Id}}' "$image" | diff "$work/pushed" -
    docker_ logout "$server"
    docker_ image rm "$image"
    fails docker_ pull "$image"
}

# --- buildah

buildah_() {
    buildah --root "$work/buildah/root" --runroot "$work/buildah/run" --storage-driver vfs "$@"
}

buildah_round_trip() {
    local container image=docker://$server/buildah/image:one
    container=$(buildah_ from scratch)
    buildah_ config --entrypoint '["/none"]' "$container"
    buildah_ commit --rm "$container" built
    fails buildah_ push --tls-verify=false built "$image"
    fails buildah_ login --tls-verify=false -u alice -p wrong "$server"
    buildah_ login --tls-verify=false -u alice -p "$password" "$server"
    buildah_ push --tls-verify=false built "$image"
    buildah_ pull --tls-verify=false --policy always "$image"
    buildah_ logout "$server"
    fails buildah_ pull --tls-verify=false --policy always "$image"
}

if ! has htpasswd; then
    skip "everything" "needs htpasswd"
    summary
    exit
fi
htpasswd -Bbn alice "$password" >"$users"
start "$subject" "$work/data" REGISTRY_AUTH=htpasswd REGISTRY_AUTH_HTPASSWD_PATH="$users" \
    REGISTRY_AUTH_HTPASSWD_REALM='The "registry"'
# Of skopeo and buildah; docker-registry would take it for a setting.
export REGISTRY_AUTH_FILE=$work/auth.json
make_layout "$work/image" amd64

check "curl: challenge, wrong and right passwords" curl_challenge
if [[ $subject == berth ]]; then
    check "probes need no login" curl_probes
    check "users stay while their file is away" users_vanish
fi
check "users come and go while the registry runs" users_change

if has skopeo && has jq; then
    check "skopeo: login, push, pull, logout" skopeo_round_trip
    check "skopeo: credentials on the command line" skopeo_credentials
else
    skip skopeo "needs skopeo and jq"
fi

if has dockerd && has docker && [[ $EUID == 0 ]]; then
    run_in_background "$work/dockerd.log" "$here/docker-daemon" "$work/docker"
    wait_for "$pid" docker_ version
    check "docker: login, push, pull, logout" docker_round_trip
else
    skip docker "needs docker, dockerd and root"
fi

if has buildah && [[ $EUID == 0 ]]; then
    check "buildah: login, push, pull, logout" buildah_round_trip
else
    skip buildah "needs buildah and root"
fi

summary
