#!/bin/sh
# homeassistant/assemble.sh DIRECTORY puts Home Assistant's app together: the image is built from that folder and nothing else.
set -eu
[ $# = 1 ] || { echo "usage: sh homeassistant/assemble.sh DIRECTORY" >&2; exit 2; }
mkdir -p "$1"
target=$(cd "$1" && pwd)
cd "$(dirname "$0")/.."
rm -rf "$target/src" "$target/translations"
cp homeassistant/*.yaml homeassistant/*.md homeassistant/*.png homeassistant/apparmor.txt "$target"
cp CHANGELOG.md LICENSE package.json package-lock.json tsconfig.json .dockerignore "$target"
cp -r homeassistant/translations src "$target"
cat Dockerfile homeassistant/Dockerfile.part >"$target/Dockerfile"
