#!/usr/bin/env bash
# TLS with certificates that openssl makes: curl, skopeo, buildah and docker push and pull; all but
# docker also show certificates of their own, and refuse a server that they do not know. The
# certificate changes while the registry runs. Runs as root, because container engines do. What is not
# installed is named and skipped.
set -euo pipefail
source "$(dirname "$0")/lib.sh"
source "$here/layout.sh"

use_empty_docker_config

tls=$work/tls

# authority FOLDER NAME: ca.pem and ca.key.
authority() {
    mkdir -p "$1"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
        -keyout "$1/ca.key" -out "$1/ca.pem" -subj "/CN=$2"
}

# issue AUTHORITY FILE NAME: FILE.pem and FILE.key, for this machine.
issue() {
    openssl req -newkey rsa:2048 -nodes -keyout "$2.key" -out "$2.csr" -subj "/CN=$3"
    openssl x509 -req -in "$2.csr" -CA "$1/ca.pem" -CAkey "$1/ca.key" -days 1 -out "$2.pem" \
        -extfile <(echo "subjectAltName=DNS:localhost,IP:127.0.0.1")
}

# start_tls NAME=VALUE...: as start, with TLS; server is host:port.
start_tls() {
    local port
    port=$(free_port)
    server=127.0.0.1:$port
    run_in_background "$work/tls-$port.log" env REGISTRY_HTTP_TLS_CERTIFICATE="$tls/server.pem" \
        REGISTRY_HTTP_TLS_KEY="$tls/server.key" "$@" "$here/serve" "$subject" "$port" "$work/data"
    wait_for "$pid" curl_ "https://$server/v2/"
}

# Shows a certificate, which a server that does not ask for one does not get.
curl_() {
    curl -fsS --cacert "$tls/ca.pem" --cert "$tls/client.pem" --key "$tls/client.key" "$@"
}

subject_of_server() {
    openssl s_client -connect "$server" -CAfile "$tls/ca.pem" </dev/null 2>/dev/null |
        openssl x509 -noout -subject
}

curl_versions() {
    curl_ --tlsv1.2 --tls-max 1.2 "https://$server/v2/"
    curl_ --tlsv1.3 "https://$server/v2/"
    [[ $(curl_ --http2 -o /dev/null -w '%{http_version}' "https://$server/v2/") == 1.1 ]]
}

curl_unknown() {
    fails curl -fsS "https://$server/v2/"
    [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$server/v2/") == 400 ]]
}

# skopeo and buildah find ca.crt, client.cert and client.key in the folder.
skopeo_image() {
    skopeo copy -q --dest-cert-dir "$tls/certs" "oci:$work/image:it" "docker://$server/skopeo/image:one"
    skopeo copy -q --src-cert-dir "$tls/certs" "docker://$server/skopeo/image:one" "dir:$work/pulled-$1"
    same_content "$work/image" "$work/pulled-$1"
    fails skopeo inspect "docker://$server/skopeo/image:one"
}

buildah_() {
    buildah --root "$work/buildah/root" --runroot "$work/buildah/run" --storage-driver vfs "$@"
}

buildah_image() {
    buildah_ pull --cert-dir "$tls/certs" "docker://$server/skopeo/image:one"
    buildah_ push --cert-dir "$tls/certs" "$server/skopeo/image:one" "docker://$server/buildah/image:$1"
}

docker_() {
    docker -H "unix://$work/docker/docker.sock" "$@"
}

docker_image() {
    docker_ import - "$server/docker/image:one" <"$work/files.tar"
    docker_ push "$server/docker/image:one"
    docker_ image rm "$server/docker/image:one"
    docker_ pull "$server/docker/image:one"
}

certificate_changes() {
    local attempt
    [[ $(subject_of_server) == *first* ]]
    issue "$tls" "$tls/next" second
    mv "$tls/next.key" "$tls/server.key"
    mv "$tls/next.pem" "$tls/server.pem"
    for ((attempt = 0; attempt < 50; attempt++)); do
        if [[ $(subject_of_server) == *second* ]]; then
            curl_ "https://$server/v2/"
            return
        fi
        sleep 0.2
    done
    return 1
}

without_certificate() {
    fails curl -fsS --cacert "$tls/ca.pem" "https://$server/v2/"
    authority "$work/other" other
    issue "$work/other" "$work/other/client" stranger
    fails curl -fsS --cacert "$tls/ca.pem" --cert "$work/other/client.pem" \
        --key "$work/other/client.key" "https://$server/v2/"
}

if ! has openssl || ! has curl; then
    skip "everything" "needs openssl and curl"
    summary
    exit
fi

make_layout "$work/image" amd64
authority "$tls" "the authority" 2>"$work/openssl.log"
issue "$tls" "$tls/server" first 2>>"$work/openssl.log"
issue "$tls" "$tls/client" client 2>>"$work/openssl.log"
mkdir "$tls/certs"
cp "$tls/ca.pem" "$tls/certs/ca.crt"
cp "$tls/client.pem" "$tls/certs/client.cert"
cp "$tls/client.key" "$tls/certs/client.key"

start_tls
check "curl: TLS 1.2 and 1.3, HTTP/1.1 only" curl_versions
check "curl: an unknown authority, and no TLS" curl_unknown
! has skopeo || check "skopeo: push, pull" skopeo_image plain
check "the certificate changes" certificate_changes
# Docker neither looks at the certificate of a server on the loopback address nor shows its own there.
if has dockerd && has docker && [[ $EUID == 0 ]]; then
    registry=$pid
    run_in_background "$work/dockerd.log" "$here/docker-daemon" "$work/docker"
    wait_for "$pid" docker_ version
    head -c 100000 /dev/urandom >"$work/random"
    tar -C "$work" -cf "$work/files.tar" random
    check "docker: push, pull" docker_image
    pid=$registry
else
    skip "docker" "needs docker, dockerd and root"
fi
stop "$pid"

start_tls REGISTRY_HTTP_TLS_CLIENTCAS="$tls/ca.pem"
check "clients without a certificate, or with another's, get nothing" without_certificate
if has skopeo; then
    check "skopeo: push, pull with a certificate" skopeo_image certified
else
    skip "skopeo" "not installed"
fi
if has buildah && has skopeo && [[ $EUID == 0 ]]; then
    check "buildah: pull, push with a certificate" buildah_image one
else
    skip "buildah" "needs buildah, skopeo and root"
fi
summary
