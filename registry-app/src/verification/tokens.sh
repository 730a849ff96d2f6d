#!/usr/bin/env bash
# Tokens, between Berth and a second implementation in both directions: docker, skopeo and buildah log
# in by Berth's token service, to Berth and to docker-registry, which has Berth's certificates; and Berth
# takes tokens that openssl has signed in the form that docker-registry takes. Runs as root, because
# container engines do. What is not installed is named and skipped.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$here/layout.sh"

use_empty_docker_config

users=$work/users
password="open sesame: \$1 \"x\""
service=registry.example.com

status() {
    curl -s -o /dev/null -w '%{http_code}' "$@"
}

# token QUERY CURL-ARGUMENT...: of Berth's service.
token() {
    local query=$1
    shift
    curl -fsS "$@" "http://$berth/token?service=$service&$query" | jq -r .token
}

curl_service() {
    [[ $(curl -s -D - -o /dev/null "http://$berth/v2/" | tr -d '\r' | grep -ci '^www-authenticate:') == 1 ]]
    curl -s -D - -o /dev/null "http://$berth/v2/" | tr -d '\r' |
        grep -ix "www-authenticate: Bearer realm=\"http://$berth/token\",service=\"$service\""
    [[ $(status -u "alice:wrong" "http://$berth/token?service=$service") == 401 ]]
    [[ $(status -H "Authorization: Bearer $(token "" -u "alice:$password")" "http://$berth/v2/") == 200 ]]
    [[ $(status -u "alice:$password" "http://$berth/v2/") == 200 ]]
}

# --- skopeo

skopeo_copy() {
    skopeo copy -q --src-tls-verify=false --dest-tls-verify=false "$@"
}

# skopeo_round_trip REGISTRY
skopeo_round_trip() {
    local image=docker://$1/skopeo/image
    fails skopeo_copy "oci:$work/image:it" "$image:one"
    fails skopeo login --tls-verify=false -u alice -p wrong "$1"
    skopeo login --tls-verify=false -u alice -p "$password" "$1"
    skopeo_copy "oci:$work/image:it" "$image:one"
    skopeo_copy "$image:one" "dir:$work/skopeo-pulled-$1"
    same_content "$work/image" "$work/skopeo-pulled-$1"
    skopeo_copy "$image:one" "docker://$1/skopeo/copy:one"
    skopeo delete --tls-verify=false "$image:one"
    fails skopeo inspect --tls-verify=false "$image:one"
    skopeo logout "$1"
    fails skopeo_copy "docker://$1/skopeo/copy:one" "dir:$work/skopeo-without"
}

# --- docker: a daemon of our own, with nothing but a folder

docker_() {
    docker -H "unix://$work/docker/docker.sock" "$@"
}

# docker_round_trip REGISTRY
docker_round_trip() {
    local image=$1/docker/image:one
    tar -C "$work/files" -c . | docker_ import --change 'CMD ["/none"]' - "$image"
    fails docker_ push "$image"
    fails docker_ login -u alice --password-stdin "$1" <<<wrong
    docker_ login -u alice --password-stdin "$1" <<<"$password"
    docker_ push "$image"
    docker_ image inspect --format '{{.Id}}' "$image" >"$work/pushed"
    docker_ image rm "$image"
    docker_ pull "$image"
    docker_ image inspect --format '{{.Id}}' "$image" | diff "$work/pushed" -
    docker_ logout "$1"
    docker_ image rm "$image"
    fails docker_ pull "$image"
}

# What docker stores is no password, and skopeo can use it.
docker_refresh() {
    local image=$berth/docker/image:one
    docker_ login -u alice --password-stdin "$berth" <<<"$password"
    jq -e --arg host "$berth" '.auths[$host].identitytoken | length > 100' "$DOCKER_CONFIG/config.json"
    fails grep -q "$(base64 -w0 <<<"alice:$password" | head -c 20)" "$DOCKER_CONFIG/config.json"
    docker_ pull "$image"
    skopeo_copy --src-authfile "$DOCKER_CONFIG/config.json" "docker://$image" "dir:$work/skopeo-refreshed"
    htpasswd -Bb "$users" alice "another"
    sleep 3
    docker_ image rm "$image"
    fails docker_ pull "$image"
    docker_ logout "$berth"
    htpasswd -Bb "$users" alice "$password"
    sleep 3
}

# --- buildah

buildah_() {
    buildah --root "$work/buildah/root" --runroot "$work/buildah/run" --storage-driver vfs "$@"
}

# buildah_round_trip REGISTRY
buildah_round_trip() {
    local container image=docker://$1/buildah/image:one
    container=$(buildah_ from scratch)
    buildah_ config --entrypoint '["/none"]' "$container"
    buildah_ commit --rm "$container" built
    fails buildah_ push --tls-verify=false built "$image"
    buildah_ login --tls-verify=false -u alice -p "$password" "$1"
    buildah_ push --tls-verify=false built "$image"
    buildah_ pull --tls-verify=false --policy always "$image"
    buildah_ logout "$1"
    fails buildah_ pull --tls-verify=false --policy always "$image"
}

# --- tokens that openssl signs

base64url() {
    basenc --base64url -w0 | tr -d =
}

# libtrust_id: of the key: SHA-256 of its DER, 240 bits of it in base 32, in groups of four.
libtrust_id() {
    openssl x509 -in "$work/signer.pem" -pubkey -noout | openssl pkey -pubin -outform DER |
        openssl dgst -sha256 -binary | head -c 30 | base32 -w0 | sed 's/..../&:/g; s/:$//'
}

# sign TYPE VALUE SCOPE-NAME ACTIONS: a token whose header names the key by TYPE (kid, x5c).
sign() {
    local header claims now
    now=$(date +%s)
    header=$(jq -cn --arg type "$1" --argjson value "$2" '{typ: "JWT", alg: "ES256"} + {($type): $value}')
    claims=$(jq -cn --arg service "$service" --arg name "$3" --arg actions "$4" --argjson now "$now" \
        '{iss: "openssl", sub: "bob", aud: $service, exp: ($now + 300), nbf: ($now - 10), iat: $now,
          jti: "\($now)", access: [{type: "repository", name: $name, actions: ($actions / ",")}]}')
    signed=$(printf %s "$header" | base64url).$(printf %s "$claims" | base64url)
    printf %s "$signed" | openssl dgst -sha256 -sign "$work/signer.key" >"$work/signature"
    # Two numbers of 32 bytes each in place of DER.
    echo "$signed.$(openssl asn1parse -inform DER -in "$work/signature" |
        awk -F: '/INTEGER/ { printf "%064s", $NF }' | tr ' ' 0 | xxd -r -p | base64url)"
}

# Both registries, and the same answers.
signed_tokens() {
    local registry kind value
    for registry in "$taker" "$peer_taker"; do
        for kind in kid x5c; do
            if [[ $kind == kid ]]; then
                value=$(libtrust_id | jq -R .)
            else
                value=$(openssl x509 -in "$work/signer.pem" -outform DER | base64 -w0 | jq -R '[.]')
            fi
            [[ $(status -X POST -H "Authorization: Bearer $(sign $kind "$value" a pull,push)" \
                "http://$registry/v2/a/blobs/uploads/") == 202 ]]
            [[ $(status -X POST -H "Authorization: Bearer $(sign $kind "$value" a pull)" \
                "http://$registry/v2/a/blobs/uploads/") == 401 ]]
            [[ $(status -X POST -H "Authorization: Bearer $(sign $kind "$value" b pull,push)" \
                "http://$registry/v2/a/blobs/uploads/") == 401 ]]
        done
        [[ $(status -H "Authorization: Bearer $(sign kid '"X"' a pull)" "http://$registry/v2/") == 401 ]]
    done
}

for tool in htpasswd jq docker-registry openssl xxd; do
    if ! has $tool; then
        skip "everything" "needs $tool"
        summary
        exit
    fi
done

htpasswd -Bbn alice "$password" >"$users"
start berth "$work/data" REGISTRY_AUTH_TOKENSERVICE_SERVICE=$service \
    REGISTRY_AUTH_TOKENSERVICE_REFRESHLIFETIME=24h \
    REGISTRY_AUTH_HTPASSWD_PATH="$users" REGISTRY_AUTH_HTPASSWD_REALM=Registry
berth=$server
curl -fsS "http://$berth/token/certificates" >"$work/berth.pem"
start distribution "$work/peer" REGISTRY_AUTH_TOKEN_REALM="http://$berth/token" \
    REGISTRY_AUTH_TOKEN_SERVICE=$service REGISTRY_AUTH_TOKEN_ISSUER=berth \
    REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE="$work/berth.pem"
peer=$server
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=openssl \
    -keyout "$work/signer.key" -out "$work/signer.pem" 2>"$work/openssl.log"
takes=(
    REGISTRY_AUTH_TOKEN_REALM="http://127.0.0.1:1/token" REGISTRY_AUTH_TOKEN_SERVICE="$service"
    REGISTRY_AUTH_TOKEN_ISSUER=openssl REGISTRY_AUTH_TOKEN_ROOTCERTBUNDLE="$work/signer.pem"
)
start berth "$work/taker" "${takes[@]}"
taker=$server
start distribution "$work/peer-taker" "${takes[@]}"
peer_taker=$server
# Of skopeo and buildah; docker-registry would take it for a setting.
export REGISTRY_AUTH_FILE=$work/auth.json
make_layout "$work/image" amd64
mkdir "$work/files"
head -c 200000 /dev/urandom >"$work/files/random"

check "curl: challenge, token, password" curl_service
check "openssl: tokens with kid and x5c, at Berth and docker-registry" signed_tokens

if has skopeo; then
    check "skopeo at Berth" skopeo_round_trip "$berth"
    check "skopeo at docker-registry, with tokens of Berth" skopeo_round_trip "$peer"
else
    skip skopeo "not installed"
fi

if has dockerd && has docker && [[ $EUID == 0 ]]; then
    run_in_background "$work/dockerd.log" "$here/docker-daemon" "$work/docker"
    wait_for "$pid" docker_ version
    check "docker at Berth" docker_round_trip "$berth"
    check "docker at docker-registry, with tokens of Berth" docker_round_trip "$peer"
    ! has skopeo || check "docker keeps a refresh token, until the password changes" docker_refresh
else
    skip docker "needs docker, dockerd and root"
fi

if has buildah && [[ $EUID == 0 ]]; then
    check "buildah at Berth" buildah_round_trip "$berth"
    check "buildah at docker-registry, with tokens of Berth" buildah_round_trip "$peer"
else
    skip buildah "needs buildah and root"
fi

summary
