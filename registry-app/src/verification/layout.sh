# shellcheck shell=bash
# Images made from nothing, as OCI image layouts, and their comparison with what came back.
# To be sourced after lib.sh.
# shellcheck disable=SC2154 # work comes from there

# store LAYOUT: keeps standard input as a blob; sets digest and size.
store() {
    local file=$1/blobs/sha256/incoming
    cat >"$file"
    digest=sha256:$(sha256sum "$file" | cut -d ' ' -f 1)
    size=$(stat -c %s "$file")
    mv "$file" "$1/blobs/sha256/${digest#sha256:}"
}

# A descriptor of the blob stored last. Further fields may follow the media type.
descriptor() {
    printf '{"mediaType":"%s","digest":"%s","size":%d%s}' "$1" "$digest" "$size" "${2:-}"
}

# store_layer LAYOUT BYTES: a layer with a file of random content; sets diff_id, too.
store_layer() {
    local folder
    folder=$(mktemp -d "$work/layer.XXXXXX")
    head -c "$2" /dev/urandom >"$folder/$(basename "$folder")"
    tar -C "$folder" --owner=0 --group=0 -cf "$folder.tar" .
    diff_id=sha256:$(sha256sum "$folder.tar" | cut -d ' ' -f 1)
    store "$1" < <(gzip -nc "$folder.tar")
    rm -r "$folder" "$folder.tar"
}

# store_image LAYOUT ARCHITECTURE: an image of two layers; digest and size are its manifest's.
store_image() {
    local layers diff_ids config
    store_layer "$1" 300000
    layers=$(descriptor application/vnd.oci.image.layer.v1.tar+gzip)
    diff_ids="\"$diff_id\""
    store_layer "$1" 1000
    layers+=,$(descriptor application/vnd.oci.image.layer.v1.tar+gzip)
    diff_ids+=",\"$diff_id\""
    store "$1" <<<"{\"architecture\":\"$2\",\"os\":\"linux\",\"config\":{\"Cmd\":[\"/none\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[$diff_ids]}}"
    config=$(descriptor application/vnd.oci.image.config.v1+json)
    store "$1" <<<"{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"config\":$config,\"layers\":[$layers]}"
}

# make_layout LAYOUT ARCHITECTURE...: an image, or an index of several; named "it" in its layout.
# Sets digest to that of the image or index.
make_layout() {
    local layout=$1 architecture children="" type=application/vnd.oci.image.manifest.v1+json
    shift
    mkdir -p "$layout/blobs/sha256"
    echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
    for architecture in "$@"; do
        store_image "$layout" "$architecture"
        children+=${children:+,}$(descriptor $type ",\"platform\":{\"architecture\":\"$architecture\",\"os\":\"linux\"}")
    done
    if (($# > 1)); then
        type=application/vnd.oci.image.index.v1+json
        store "$layout" <<<"{\"schemaVersion\":2,\"mediaType\":\"$type\",\"manifests\":[$children]}"
    fi
    printf '{"schemaVersion":2,"manifests":[%s]}' \
        "$(descriptor $type ',"annotations":{"org.opencontainers.image.ref.name":"it"}')" >"$layout/index.json"
}

# same_content LAYOUT FOLDER: FOLDER, as skopeo's dir: makes it, holds exactly the layout's blobs.
same_content() {
    local file hex
    for file in "$2"/*; do
        case $(basename "$file") in
            version) continue ;;
            manifest.json) hex=$(sha256sum "$file" | cut -d ' ' -f 1) ;;
            *) hex=$(basename "$file" .manifest.json) ;;
        esac
        cmp "$file" "$1/blobs/sha256/$hex"
    done
    # skopeo adds one file that is no blob.
    [[ $(find "$2" -type f ! -name version | wc -l) == $(find "$1/blobs" -type f | wc -l) ]]
}
