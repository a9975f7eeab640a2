#!/bin/sh
# Writes the digest of every image into Dockerfile and docker-compose.yml, beside its tag. Needs Docker with buildx, and the network.
# Usage: sh deploy/image/pin.sh [FILE…]
set -eu
cd "$(dirname "$0")/../.."
[ $# -gt 0 ] || set -- Dockerfile docker-compose.yml
for file in "$@"; do
    sed -n -e 's/^ARG BASE=//p' -e 's/^ *image: *//p' "$file" | grep -v -e '@sha256:' -e '^tsunagu:' | sort -u | while read -r image; do
        digest=$(docker buildx imagetools inspect --format '{{.Manifest.Digest}}' "$image")
        sed -i "s|$image\$|$image@$digest|" "$file"
        echo "$image@$digest"
    done
done
