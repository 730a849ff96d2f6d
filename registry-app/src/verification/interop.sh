#!/usr/bin/env bash
# Berth and Debian's docker-registry at the same time on the same folder or bucket. What one pushes
# the other serves, both list the same, both see what either deletes, and the other's collector,
# offline, keeps what Berth wrote. Needs docker-registry, skopeo and jq.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$here/layout.sh"

for tool in docker-registry skopeo jq; do
    if ! has "$tool"; then
        skip "interoperation with docker-registry" "needs $tool"
        summary
        exit
    fi
done

accept=(-H "Accept: application/vnd.oci.image.manifest.v1+json" -H "Accept: application/vnd.oci.image.index.v1+json")

copy() {
    skopeo copy -q --src-tls-verify=false --dest-tls-verify=false --all "$@"
}

# pulls_from SERVER REPOSITORY REFERENCE LAYOUT: what is there is what the layout holds.
pulls_from() {
    rm -rf "$work/pulled"
    copy "docker://$1/$2$3" "dir:$work/pulled"
    same_content "$4" "$work/pulled"
}

status_of() {
    curl -s -o /dev/null -w '%{http_code}' "${accept[@]}" "$@"
}

tags_at() {
    curl -fsS "http://$1/v2/$2/tags/list" | jq -r '.tags // [] | sort | .[]'
}

# same_tags REPOSITORY TAG...: both list exactly these.
same_tags() {
    local repository=$1
    shift
    printf '%s\n' "$@" | diff - <(tags_at "$berth" "$repository")
    printf '%s\n' "$@" | diff - <(tags_at "$distribution" "$repository")
}

# --- pushed with one, read with the other. WRITER and READER are addresses, NAME a repository.

images() { # WRITER READER NAME
    copy "oci:$work/image:it" "docker://$1/$3:one"
    pulls_from "$2" "$3" :one "$work/image"
    pulls_from "$2" "$3" "@$image" "$work/image"
}

indexes() { # WRITER READER NAME
    copy "oci:$work/index:it" "docker://$1/$3:many"
    pulls_from "$2" "$3" :many "$work/index"
    pulls_from "$2" "$3" "@$index" "$work/index"
}

manifest_lists() { # WRITER READER NAME
    copy --format v2s2 "oci:$work/index:it" "docker://$1/$3:list"
    rm -rf "$work/written" "$work/read"
    copy "docker://$1/$3:list" "dir:$work/written"
    copy "docker://$2/$3:list" "dir:$work/read"
    [[ $(jq -r .mediaType "$work/read/manifest.json") == *manifest.list.v2+json ]]
    diff -r "$work/written" "$work/read"
}

blobs() { # WRITER READER NAME
    local location digest
    head -c 5000000 /dev/urandom >"$work/blob"
    digest=sha256:$(sha256sum "$work/blob" | cut -d ' ' -f 1)
    location=$(curl -fsS -D - -o /dev/null -X POST "http://$1/v2/$3/blobs/uploads/" |
        tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
    [[ $location == http* ]] || location=http://$1$location
    [[ $location == *\?* ]] && location+="&" || location+="?"
    curl -fsS -X PUT -H 'Content-Type: application/octet-stream' --data-binary "@$work/blob" \
        "${location}digest=$digest"
    curl -fsSL "http://$2/v2/$3/blobs/$digest" | cmp - "$work/blob"
    curl -fsSL -r 4999990- "http://$2/v2/$3/blobs/$digest" | cmp - <(tail -c 10 "$work/blob")
}

mounts() { # WRITER READER NAME
    copy "docker://$1/$3:one" "docker://$1/$3/copy:one"
    pulls_from "$2" "$3/copy" :one "$work/image"
}

moved_tags() { # WRITER READER NAME
    copy "oci:$work/image:it" "docker://$1/$3:moving"
    pulls_from "$2" "$3" :moving "$work/image"
    copy "oci:$work/index:it" "docker://$1/$3:moving"
    pulls_from "$2" "$3" :moving "$work/index"
    copy "oci:$work/image:it" "docker://$2/$3:moving"
    pulls_from "$1" "$3" :moving "$work/image"
}

lists() { # WRITER READER NAME
    same_tags "$3" list many moving one
    curl -fsS "http://$1/v2/_catalog" | jq -S . >"$work/catalog"
    curl -fsS "http://$2/v2/_catalog" | jq -S . | diff "$work/catalog" -
    grep -q "\"$3/copy\"" "$work/catalog"
}

manifest_deletes() { # DELETER READER NAME
    [[ $(status_of -X DELETE "http://$1/v2/$3/manifests/$index") == 202 ]]
    [[ $(status_of "http://$2/v2/$3/manifests/$index") == 404 ]]
    [[ $(status_of "http://$2/v2/$3/manifests/many") == 404 ]]
    same_tags "$3" list moving one
    pulls_from "$2" "$3" :one "$work/image"
}

blob_deletes() { # DELETER READER NAME
    local layer
    layer=$(jq -r '.layers[0].digest' "$work/image/blobs/sha256/${image#sha256:}")
    [[ $(status_of -X DELETE "http://$1/v2/$3/copy/blobs/$layer") == 202 ]]
    [[ $(status_of --head "http://$2/v2/$3/copy/blobs/$layer") == 404 ]]
    [[ $(status_of --head -L "http://$2/v2/$3/blobs/$layer") == 200 ]]
}

# both_ways NAME WRITER READER
both_ways() {
    local step repository
    repository=$(tr ' [:upper:]' '-[:lower:]' <<<"$1")
    for step in images indexes manifest_lists blobs mounts moved_tags lists manifest_deletes blob_deletes; do
        check "$1: ${step//_/ }" "$step" "$2" "$3" "$repository"
    done
}

# docker-registry 2.8.2 cannot delete a tag by its name.
tag_deletes() {
    copy "oci:$work/image:it" "docker://$distribution/tags:left"
    copy "oci:$work/image:it" "docker://$distribution/tags:gone"
    [[ $(status_of -X DELETE "http://$berth/v2/tags/manifests/gone") == 202 ]]
    [[ $(status_of "http://$distribution/v2/tags/manifests/gone") == 404 ]]
    same_tags tags left
    pulls_from "$distribution" tags :left "$work/image"
}

# A server that has no referrers API stored this one; the tree is all that Berth has to find it by.
referrers() {
    local type=application/vnd.oci.image.manifest.v1+json body
    body=$(jq -c --arg digest "$image" --arg type $type \
        '. + {subject: {mediaType: $type, digest: $digest, size: 1}}' "$work/image/blobs/sha256/${image#sha256:}")
    copy "oci:$work/image:it" "docker://$distribution/referrers:one"
    curl -fsS -X PUT -H "Content-Type: $type" --data-binary "$body" "http://$distribution/v2/referrers/manifests/two"
    [[ $(curl -fsS "http://$berth/v2/referrers/referrers/$image" | jq '.manifests | length') == 1 ]]
}

# --- docker-registry's collector, both servers stopped

collect() {
    "$here/serve" collector - "$folder" >"$work/collected" 2>&1
}

blob_files() {
    local blobs=$folder/docker/registry/v2/blobs
    if [[ $store == disk ]]; then
        find "$blobs" -name data | sort
    else
        "$here/s3.py" keys "${blobs#/}/"
    fi
}

start_both() {
    start "$subject" "$folder" REGISTRY_STORAGE_OWNERSHIP=shared
    berth=$server berth_pid=$pid
    start distribution "$folder"
    distribution=$server distribution_pid=$pid
}

stop_both() {
    stop "$berth_pid"
    stop "$distribution_pid"
}

# Everything is alive: nothing may go.
collection_keeps() {
    blob_files >"$work/before"
    collect
    blob_files | diff "$work/before" -
}

kept() {
    pulls_from "$berth" live/app :one "$work/image"
    pulls_from "$berth" live/app :many "$work/index"
    pulls_from "$distribution" live/app/copy :one "$work/image"
}

deletes() {
    local manifest
    for manifest in "$index" $(jq -r '.manifests[].digest' "$work/index/blobs/sha256/${index#sha256:}"); do
        [[ $(status_of -X DELETE "http://$berth/v2/live/app/manifests/$manifest") == 202 ]]
    done
}

# What Berth deleted goes, and nothing else.
collection_removes() {
    collect
    (cd "$work/image/blobs/sha256" && printf '%s\n' *) | sort >"$work/expected"
    blob_files | awk -F / '{ print $(NF - 1) }' | sort | diff "$work/expected" -
}

still_kept() {
    pulls_from "$berth" live/app :one "$work/image"
    pulls_from "$distribution" live/app :one "$work/image"
    [[ $(status_of "http://$berth/v2/live/app/manifests/many") == 404 ]]
    same_tags live/app one
    copy "oci:$work/index:it" "docker://$berth/live/app:many"
    pulls_from "$distribution" live/app :many "$work/index"
}

make_layout "$work/image" amd64
image=$digest
make_layout "$work/index" amd64 arm64
index=$digest

folder=$work/data
start_both
both_ways "Berth writes" "$berth" "$distribution"
both_ways "docker-registry writes" "$distribution" "$berth"
check "tags deleted by Berth" tag_deletes
check "referrers that docker-registry stored" referrers
stop_both

folder=$work/collected-data
start_both
check "push to Berth what the collector shall keep" copy "oci:$work/image:it" "docker://$berth/live/app:one"
check "an index" copy "oci:$work/index:it" "docker://$berth/live/app:many"
check "a mounted copy" copy "docker://$berth/live/app:one" "docker://$berth/live/app/copy:one"
stop_both
check "docker-registry's collector keeps all of it" collection_keeps
start_both
check "and both serve it" kept
check "deletes by Berth" deletes
stop_both
check "docker-registry's collector removes what was deleted, no more" collection_removes
start_both
check "and both serve the rest, and take it back" still_kept
stop_both

summary
