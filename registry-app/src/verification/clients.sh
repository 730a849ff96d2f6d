#!/usr/bin/env bash
# What people use: docker, skopeo and buildah push, pull, copy and delete, and what comes back is
# compared byte for byte. Runs as root, because container engines do. What is not installed is
# named and skipped. On S3, clients are sent there for blobs, unless REGISTRY_STORAGE_REDIRECT_DISABLE
# is true.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$here/layout.sh"

use_empty_docker_config

tags_of() {
    curl -fsS "http://$server/v2/$1/tags/list" | jq -r '.tags[]'
}

# gone REFERENCE...: succeeds when no reference leads to a manifest.
gone() {
    local repository=$1 reference
    shift
    for reference in "$@"; do
        [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$server/v2/$repository/manifests/$reference") == 404 ]]
    done
}

# --- skopeo: layouts made here, copied there and back

skopeo_copy() {
    skopeo copy -q --src-tls-verify=false --dest-tls-verify=false "$@"
}

skopeo_image() {
    skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/image:one"
    skopeo_copy "docker://$server/skopeo/image:one" "dir:$work/by-tag"
    same_content "$work/image" "$work/by-tag"
    skopeo_copy "docker://$server/skopeo/image@$image" "dir:$work/by-digest"
    same_content "$work/image" "$work/by-digest"
}

skopeo_index() {
    skopeo_copy --all "oci:$work/index:it" "docker://$server/skopeo/index:many"
    skopeo_copy --all "docker://$server/skopeo/index:many" "dir:$work/index-by-tag"
    same_content "$work/index" "$work/index-by-tag"
    skopeo_copy --all "docker://$server/skopeo/index@$index" "dir:$work/index-by-digest"
    same_content "$work/index" "$work/index-by-digest"
    skopeo inspect --tls-verify=false --raw "docker://$server/skopeo/index:many" >"$work/raw"
    cmp "$work/raw" "$work/index/blobs/sha256/${index#sha256:}"
}

# Docker's own formats: a manifest list of schema 2 manifests.
skopeo_docker_formats() {
    skopeo_copy --all --format v2s2 "oci:$work/index:it" "docker://$server/skopeo/list:many"
    skopeo_copy --all "docker://$server/skopeo/list:many" "dir:$work/list"
    [[ $(jq -r .mediaType "$work/list/manifest.json") == *manifest.list.v2+json ]]
    skopeo_copy --all "dir:$work/list" "docker://$server/skopeo/list:again"
    skopeo_copy --all "docker://$server/skopeo/list:again" "dir:$work/list-again"
    diff -r "$work/list" "$work/list-again"
}

# A new image: skopeo remembers layers that it has pushed with gzip, and would reuse them.
skopeo_zstd() {
    make_layout "$work/plain" amd64
    skopeo_copy --dest-decompress "oci:$work/plain:it" "dir:$work/unpacked"
    skopeo_copy --dest-compress --dest-compress-format zstd \
        "dir:$work/unpacked" "docker://$server/skopeo/zstd:one"
    skopeo_copy "docker://$server/skopeo/zstd:one" "dir:$work/zstd"
    [[ $(jq -r '.layers[].mediaType' "$work/zstd/manifest.json" | grep -c zstd) == 2 ]]
}

# Between repositories: every layer is mounted, none is sent. The configuration always is.
skopeo_mount() {
    skopeo --debug copy --src-tls-verify=false --dest-tls-verify=false \
        "docker://$server/skopeo/image:one" "docker://$server/skopeo/elsewhere/copy:two" >"$work/debug" 2>&1
    grep -c 'POST http.*mount=' "$work/debug"
    [[ $(grep -c 'PATCH http' "$work/debug") -le 1 ]]
    skopeo_copy "docker://$server/skopeo/elsewhere/copy:two" "dir:$work/mounted"
    same_content "$work/image" "$work/mounted"
}

skopeo_list_tags() {
    local tag
    for tag in b a 10 9 A _x; do
        skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/tags:$tag"
    done
    skopeo list-tags --tls-verify=false "docker://$server/skopeo/tags" | jq -r '.Tags[]' >"$work/tags"
    printf '%s\n' 10 9 A _x a b | diff - "$work/tags"
}

skopeo_delete() {
    skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/delete:one"
    skopeo_copy "oci:$work/image:it" "docker://$server/skopeo/delete:same"
    skopeo_copy --all "oci:$work/index:it" "docker://$server/skopeo/delete:other"
    skopeo delete --tls-verify=false "docker://$server/skopeo/delete:one"
    gone skopeo/delete one same
    [[ $(tags_of skopeo/delete) == other ]]
    skopeo_copy "docker://$server/skopeo/image:one" "dir:$work/not-deleted"
}

# Whether clients are redirected (307) or the server sends the bytes itself (200): the other checks pass in both cases.
blobs_come_from() { # STATUS
    local layer answer
    layer=$(jq -r '.layers[0].digest' "$work/image/blobs/sha256/${image#sha256:}")
    answer=$(curl -s -o "$work/blob" -w '%{http_code} %{redirect_url}' "http://$server/v2/skopeo/image/blobs/$layer")
    note "$(cut -c 1-60 <<<"$answer")"
    case $1 in
        200) cmp "$work/blob" "$work/image/blobs/sha256/${layer#sha256:}" ;;
        307) [[ $answer == "307 $REGISTRY_STORAGE_S3_REGIONENDPOINT/"* ]] ;;
    esac
}

# --- docker: a daemon of our own, with nothing but a folder

docker_() {
    docker -H "unix://$work/docker/docker.sock" "$@"
}

start_docker() {
    run_in_background "$work/dockerd.log" "$here/docker-daemon" "$work/docker"
    wait_for "$pid" docker_ version
}

# The saved image, unpacked: configuration, layers, names.
docker_save() {
    mkdir "$2"
    docker_ save "$1" | tar -xC "$2"
}

docker_image() {
    mkdir "$work/files"
    head -c 200000 /dev/urandom >"$work/files/random"
    tar -C "$work/files" -c . | docker_ import --change 'CMD ["/none"]' - base
    printf 'FROM base\nLABEL answer=42\nCOPY random /again\n' >"$work/files/Dockerfile"
    DOCKER_BUILDKIT=0 docker_ build -t "$server/docker/image:one" "$work/files"
    docker_ push "$server/docker/image:one"
    docker_save "$server/docker/image:one" "$work/pushed"
    docker_ image rm "$server/docker/image:one"
    docker_ pull "$server/docker/image:one"
    docker_save "$server/docker/image:one" "$work/pulled"
    diff -r "$work/pushed" "$work/pulled"
}

docker_by_digest() {
    local pinned
    pinned=$(docker_ image inspect --format '{{index .RepoDigests 0}}' "$server/docker/image:one")
    docker_ image rm "$server/docker/image:one"
    docker_ pull "$pinned"
    docker_ tag "$pinned" "$server/docker/image:one"
    docker_save "$server/docker/image:one" "$work/pulled-by-digest"
    diff -r "$work/pushed" "$work/pulled-by-digest"
}

docker_mount() {
    docker_ tag "$server/docker/image:one" "$server/docker/copy:one"
    docker_ push "$server/docker/copy:one" >"$work/push"
    [[ $(grep -c 'Mounted from docker/image' "$work/push") == 2 ]]
    docker_ image rm "$server/docker/copy:one"
    docker_ pull "$server/docker/copy:one"
}

docker_manifest_list() {
    docker_ manifest create --insecure "$server/docker/image:many" "$server/docker/image:one"
    docker_ manifest annotate --arch amd64 --os linux "$server/docker/image:many" "$server/docker/image:one"
    docker_ manifest push --insecure "$server/docker/image:many"
    docker_ image rm "$server/docker/image:one"
    docker_ pull "$server/docker/image:many"
    docker_ tag "$server/docker/image:many" "$server/docker/image:one"
    docker_save "$server/docker/image:one" "$work/pulled-from-list"
    diff -r "$work/pushed" "$work/pulled-from-list"
}

# An OCI index that another client pushed.
docker_oci_index() {
    docker_ pull "$server/skopeo/index:many"
    docker_save "$server/skopeo/index:many" "$work/docker-index"
    local tars diff_ids
    tars=$(find "$work/docker-index" -name layer.tar -exec sha256sum {} + | cut -c 1-64 | sort)
    diff_ids=$(docker_ image inspect --format '{{join .RootFS.Layers "\n"}}' "$server/skopeo/index:many" |
        cut -d : -f 2 | sort)
    [[ $tars == "$diff_ids" ]]
}

docker_deleted() {
    skopeo delete --tls-verify=false "docker://$server/docker/copy:one"
    docker_ image rm "$server/docker/copy:one"
    if docker_ pull "$server/docker/copy:one"; then
        return 1
    fi
    docker_ pull "$server/docker/image:many"
}

# --- buildah: images built from scratch, pushed in both formats

buildah_() {
    buildah --root "$work/buildah/root" --runroot "$work/buildah/run" --storage-driver vfs "$@"
}

buildah_build() {
    local container
    mkdir "$work/tree"
    head -c 150000 /dev/urandom >"$work/tree/random"
    container=$(buildah_ from scratch)
    buildah_ copy "$container" "$work/tree" /
    buildah_ config --entrypoint '["/none"]' "$container"
    buildah_ commit --rm "$container" built
}

# buildah_round_trip FORMAT
buildah_round_trip() {
    local container mounted pushed
    buildah_ push --tls-verify=false --format "$1" --digestfile "$work/digest" built "docker://$server/buildah/$1:one"
    pushed=$(cat "$work/digest")
    buildah_ pull --tls-verify=false "docker://$server/buildah/$1:one"
    container=$(buildah_ from --tls-verify=false --pull-always "docker://$server/buildah/$1@$pushed")
    mounted=$(buildah_ mount "$container")
    diff -r "$work/tree" "$mounted"
    buildah_ rm "$container"
}

buildah_index() {
    buildah_ manifest create many
    buildah_ manifest add --tls-verify=false --arch amd64 many "docker://$server/buildah/oci:one"
    buildah_ manifest add --tls-verify=false --all many "docker://$server/skopeo/index:many"
    buildah_ manifest push --tls-verify=false --all many "docker://$server/buildah/index:many"
    skopeo_copy --all "docker://$server/buildah/index:many" "dir:$work/buildah-index"
    [[ $(jq '.manifests | length' "$work/buildah-index/manifest.json") == 4 ]]
}

start "$subject" "$work/data"
make_layout "$work/image" amd64
image=$digest
make_layout "$work/index" amd64 arm64 s390x
index=$digest

if has skopeo && has jq; then
    check "skopeo: push, pull by tag and by digest" skopeo_image
    if [[ $store == disk || ${REGISTRY_STORAGE_REDIRECT_DISABLE:-} == true ]]; then
        check "the server itself sends blobs" blobs_come_from 200
    else
        check "clients are sent to the S3 server for blobs" blobs_come_from 307
    fi
    check "skopeo: index of three platforms" skopeo_index
    check "skopeo: docker's manifest list and schema 2" skopeo_docker_formats
    check "skopeo: zstd layers" skopeo_zstd
    check "skopeo: copy between repositories mounts the layers" skopeo_mount
    check "skopeo: tags in order" skopeo_list_tags
    check "skopeo: delete" skopeo_delete
else
    skip skopeo "needs skopeo and jq"
fi

if has dockerd && has docker && [[ $EUID == 0 ]]; then
    start_docker
    check "docker: push, pull" docker_image
    check "docker: pull by digest" docker_by_digest
    check "docker: push to another repository mounts the layers" docker_mount
    check "docker: manifest list" docker_manifest_list
    if has skopeo; then
        check "docker: pull from skopeo's OCI index" docker_oci_index
        check "docker: deleted images are gone, the others are not" docker_deleted
    else
        skip "docker: OCI index, delete" "needs skopeo"
    fi
else
    skip docker "needs docker, dockerd and root"
fi

if has buildah && has skopeo && has jq && [[ $EUID == 0 ]]; then
    check "buildah: build from scratch" buildah_build
    check "buildah: push and pull an OCI image" buildah_round_trip oci
    check "buildah: push and pull a schema 2 image" buildah_round_trip v2s2
    check "buildah: manifest list of local and other's images" buildah_index
else
    skip buildah "needs buildah, skopeo, jq and root"
fi

summary
