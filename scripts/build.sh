#!/bin/sh
# Bundles scripts/*.ts into dist/, for slurm.mk; installs the dependencies first where they are missing or out of date.
set -e
cd "$(dirname "$0")/.."
installed=node_modules/.package-lock.json
if [ ! -e $installed ] || [ -n "$(find package-lock.json -newer $installed)" ]; then
  echo 'slurm-runner: installing its dependencies, once …'
  npm ci --no-audit --no-fund --loglevel=error
  touch $installed
fi
new=dist.$$
trap 'rm -rf "$new"' EXIT
node_modules/.bin/esbuild scripts/*.ts --bundle --platform=node --target=node20 --format=esm --splitting --minify-syntax \
  --outdir="$new/scripts" --chunk-names="../chunks/[name]-[hash]" --log-level=warning \
  --banner:js="import { createRequire as __cr } from 'node:module'; const require = __cr(import.meta.url);"
touch "$new/built"
# Renamed into place file by file: other commands may be starting, or running and about to load a chunk of the old build, or
# building too. A chunk bears a digest of its content in its name; old ones go after a day.
mkdir -p dist/scripts dist/chunks
find dist/chunks -type f -mtime +1 -exec rm -f {} +
mv -f "$new"/chunks/* dist/chunks/
mv -f "$new"/scripts/* dist/scripts/
mv -f "$new/built" dist/built
