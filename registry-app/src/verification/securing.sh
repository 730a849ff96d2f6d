#!/usr/bin/env bash
# Runs docs/securing.md: its commands as they stand there, and its files. Images cannot be fetched, so the base image is made of
# the JDK of this machine; and there is no cluster, so the pod of the Kubernetes manifest is run by docker, with the user, the
# variables and the volumes that the manifest says. Runs as root, writes to /etc/hosts and /etc/docker/certs.d, and
# removes what it wrote. What is not installed is named and skipped.
set -euo pipefail
source "$(dirname "$0")/lib.sh"

page=$project/docs/securing.md
host=registry.example.com
address=$host:5000
trusted=/etc/docker/certs.d/$address
files=$work/files

# block KIND NAME: prints the code that follows the mark of that name.
block() {
    python3 - "$page" "$1: $2" <<'PYTHON'
import pathlib, re, sys
text = pathlib.Path(sys.argv[1]).read_text()
found = re.search(r"^<!-- " + re.escape(sys.argv[2]) + r"[^>]*-->\n```\w+\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
if not found:
    sys.exit(f"the page has no block: {sys.argv[2]}")
print(found.group(1), end="")
PYTHON
}

# run NAME [FOLDER]: runs the commands of the page, each of which must succeed.
run() {
    local commands
    commands=$(block run "$1")
    (cd "${2:-$files}" && bash -euo pipefail -c "$commands")
}

remove_what_was_written() {
    if [[ -e $work/hosts ]]; then
        cat "$work/hosts" >/etc/hosts
        rm -rf "$trusted"
    fi
    if [[ -S $work/docker.sock ]]; then
        docker ps -aq | xargs -r docker rm -f >/dev/null 2>&1 || true
    fi
    clean_up
}

# --- The files

files_are_made() {
    mkdir "$files"
    block file policy.yml >"$files/policy.yml"
    block file compose.yml >"$files/compose.yml"
    block file registry.yml >"$files/registry.yml"
    run files
    [[ $(wc -l <"$files/users") == 3 ]]
    openssl x509 -in "$files/tls.crt" -noout -checkhost "$host" | grep "does match"
}

rules_are_checked() {
    run check | tee "$work/explained"
    grep -i "denied" "$work/explained"
    sed 's/repositories:/repositorys:/' "$files/policy.yml" >"$files/wrong.yml"
    fails registry policy check "$files/wrong.yml"
    rm "$files/wrong.yml"
}

# --- Docker, and an image

start_docker() {
    export DOCKER_HOST=unix://$work/docker.sock DOCKER_BUILDKIT=0
    run_in_background "$work/dockerd.log" dockerd --host "$DOCKER_HOST" --data-root "$work/docker/data" \
        --exec-root "$work/docker/run" --pidfile "$work/docker/pid" --storage-driver vfs
    wait_for "$pid" docker version
}

jdk_25() {
    local home
    for home in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*; do
        if grep -qsE '^JAVA_VERSION="(2[5-9]|[3-9][0-9])' "$home/release"; then
            echo "$home"
            return
        fi
    done
    return 1
}

# A file system with the JDK of this machine, what it is linked with, and a shell.
base_image() {
    local root=$work/root java tool
    java=$(readlink -f "$(jdk_25)")
    mkdir -p "$root/opt/java" "$root/bin" "$root/etc" "$root/tmp"
    chmod 1777 "$root/tmp"
    (cd "$java" && tar --exclude=./jmods --exclude=./lib/src.zip --exclude=./lib/ct.sym -c .) |
        tar -C "$root/opt/java" -x
    find "$java/bin" "$java/lib" -type f \( -name 'lib*.so' -o -name java \) -exec ldd {} + 2>/dev/null |
        grep -o '/[^ ]*' | grep -v "^$java" | grep -v ':$' | sort -u | while read -r library; do
        cp --parents -L "$library" "$root"
    done
    cp "$(command -v busybox)" "$root/bin/busybox"
    for tool in sh mkdir chown; do
        ln -s busybox "$root/bin/$tool"
    done
    echo 'root:x:0:0::/:/bin/sh' >"$root/etc/passwd"
    tar -C "$root" -c . | docker import --change 'ENV PATH=/opt/java/bin:/bin' - eclipse-temurin:25-jre
    rm -rf "$root"
}

image_is_built() {
    local checkout=$work/checkout
    mkdir -p "$checkout/registry-app/target"
    cp -r "$project/registry-app/target/berth" "$checkout/registry-app/target/"
    rm -f "$checkout"/registry-app/target/berth/berth.aot*
    block file Dockerfile >"$checkout/Dockerfile"
    run image "$checkout"
}

# --- What holds wherever it runs

answers() {
    [[ $(curl -s -o /dev/null -w '%{http_code}' --cacert "$files/tls.crt" "https://$address/v2/") == 401 ]]
}

# answers_soon CONTAINER: within a minute.
answers_soon() {
    local attempt
    for ((attempt = 0; attempt < 120; attempt++)); do
        if answers; then
            return
        fi
        sleep 0.5
    done
    docker logs "$1" | tail -n 20
    return 1
}

status() {
    curl -s -o /dev/null -w '%{http_code}' --cacert "$files/tls.crt" "$@"
}

probes_are_open() {
    [[ $(status "https://$address/livez") == 200 ]]
    [[ $(status "https://$address/readyz") == 200 ]]
}

pipeline_pushes_and_everyone_pulls() {
    mkdir -p "$work/something"
    head -c 100000 /dev/urandom >"$work/something/random"
    tar -C "$work/something" -c . | docker import --change 'CMD ["/none"]' - alpine
    run "try"
}

# Each push of the block is refused, and each login is not.
the_rest_is_refused() {
    local command
    block run refused >"$work/refused"
    grep -q push "$work/refused"
    while read -r command; do
        case $command in
            *push*) (cd "$files" && fails bash -c "$command") ;;
            curl*) (cd "$files" && bash -c "$command") | grep UNAUTHORIZED ;;
            *) (cd "$files" && bash -euc "$command") ;;
        esac
    done <"$work/refused"
    docker logout "$address"
}

versions_stay() {
    local image=$address/apps/web:v1
    docker login -u ci --password-stdin "$address" <"$files/password-of-ci"
    docker tag alpine "$image"
    docker push "$image"
    docker push "$image" # the same again
    head -c 100000 /dev/urandom >"$work/something/random"
    tar -C "$work/something" -c . | docker import - "$image"
    fails docker push "$image"
    docker tag "$image" "$address/apps/web:latest"
    docker push "$address/apps/web:latest"
    docker logout "$address"
    docker rmi "$image" "$address/apps/web:latest"
}

# --- compose

compose_starts() {
    run compose
    answers_soon "$(docker ps -q)"
}

compose_ends() {
    (cd "$files" && docker-compose down --volumes)
}

# --- Kubernetes: the pod of the manifest, run by docker

# volume NAME KUBECTL-WORDS...: a folder as the kubelet makes it, whose files are links into one that is swapped as a whole.
volume() {
    local folder=$work/volumes/$1 version=$work/volumes/$1/..$RANDOM word
    shift
    mkdir -p "$version"
    for word in "$@"; do
        if [[ $word == --from-file=* ]]; then
            cp "$files/${word#--from-file=}" "$version/"
            ln -sfn "..data/${word#--from-file=}" "$folder/${word#--from-file=}"
        fi
    done
    chown -R 0:65532 "$version"
    chmod 0440 "$version"/*
    chmod 0750 "$version"
    ln -sfn "$(basename "$version")" "$folder/..new"
    mv -T "$folder/..new" "$folder/..data"
}

volumes_are_filled() {
    local words
    while read -ra words; do
        case "${words[*]}" in
            "kubectl create secret generic registry-files "*) volume files "${words[@]:4}" ;;
            "kubectl create configmap registry-policy "*) volume policy "${words[@]:4}" ;;
            "kubectl apply -f registry.yml") ;;
            *) echo "unknown: ${words[*]}"; return 1 ;;
        esac
    done < <(block run "kubernetes secrets")
    mkdir -p "$work/volumes/data"
    chown 65532:65532 "$work/volumes/data"
}

pod_starts() {
    volumes_are_filled
    /usr/bin/python3 - "$files/registry.yml" "$work/volumes" >"$work/arguments" <<'PYTHON'
import sys, yaml
with open(sys.argv[1]) as file:
    documents = list(yaml.safe_load_all(file))
kinds = {document["kind"]: document for document in documents}
pod = kinds["Deployment"]["spec"]["template"]["spec"]
container, = pod["containers"]
security = pod["securityContext"] | container["securityContext"]
assert kinds["Deployment"]["spec"]["strategy"]["type"] == "Recreate", "a folder is for one process"
assert kinds["Service"]["spec"]["selector"].items() <= kinds["Deployment"]["spec"]["template"]["metadata"]["labels"].items()
claims = {volume["name"] for volume in pod["volumes"]}
words = ["--user", f"{security['runAsUser']}:{security['runAsGroup']}", "--security-opt", "no-new-privileges"]
words += ["--read-only"] * security["readOnlyRootFilesystem"]
words += [f"--cap-drop={name}" for name in security["capabilities"]["drop"]]
words += ["--publish", f"{kinds['Service']['spec']['ports'][0]['port']}:{container['ports'][0]['containerPort']}"]
words += ["--memory", container["resources"]["limits"]["memory"].removesuffix("i")]
for variable in container["env"]:
    words += ["--env", f"{variable['name']}={variable['value']}"]
for mount in container["volumeMounts"]:
    assert mount["name"] in claims, mount
    if mount["name"] == "tmp":
        words += ["--tmpfs", mount["mountPath"]]
    else:
        mode = "ro" if mount.get("readOnly") else "rw"
        words += ["--volume", f"{sys.argv[2]}/{mount['name']}:{mount['mountPath']}:{mode}"]
print("\n".join(words + [container["image"]]))
PYTHON
    mapfile -t arguments <"$work/arguments"
    docker run --detach --name pod "${arguments[@]}"
    answers_soon pod
}

# The kubelet swaps the folder as a whole.
rules_change_in_the_pod() {
    local attempt
    [[ $(status "https://$address/v2/public/alpine/tags/list") == 200 ]]
    sed -i 's/\[public\/\*\*\]/[nothing-public]/' "$files/policy.yml"
    volumes_are_filled
    for ((attempt = 0; attempt < 20; attempt++)); do
        if [[ $(status "https://$address/v2/public/alpine/tags/list") == 401 ]]; then
            return
        fi
        sleep 0.5
    done
    docker logs pod | tail
    return 1
}

trap remove_what_was_written EXIT
for tool in htpasswd openssl docker dockerd docker-compose busybox python3; do
    if ! has "$tool"; then
        skip "everything" "needs $tool"
        summary
        exit
    fi
done
if [[ -e $trusted ]] || (exec 3<>/dev/tcp/127.0.0.1/5000) 2>/dev/null; then
    skip "everything" "port 5000 or $trusted is in use"
    summary
    exit
fi
mkdir "$work/path"
ln -s "$project/registry" "$work/path/registry"
export PATH=$work/path:$PATH
use_empty_docker_config
cp /etc/hosts "$work/hosts"
echo "127.0.0.1 $host" >>/etc/hosts

check "the files are made" files_are_made
check "the rules are checked and explained" rules_are_checked
start_docker
check "a base image is made" base_image
check "an image is built" image_is_built
run trust
check "compose: the registry starts" compose_starts
check "compose: probes need no login" probes_are_open
check "compose: the pipeline pushes, everyone pulls" pipeline_pushes_and_everyone_pulls
check "compose: the rest is refused" the_rest_is_refused
check "compose: versions stay" versions_stay
check "compose: the registry ends" compose_ends
check "Kubernetes: the pod starts" pod_starts
check "Kubernetes: probes need no login" probes_are_open
check "Kubernetes: the pipeline pushes, everyone pulls" pipeline_pushes_and_everyone_pulls
check "Kubernetes: the rest is refused" the_rest_is_refused
check "Kubernetes: versions stay" versions_stay
check "Kubernetes: rules change without a restart" rules_change_in_the_pod
summary
