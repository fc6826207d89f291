#!/bin/bash
# Runs the cluster tests on each Slurm version that Debian carries, each in a root of its own. Not part of `make test`.
set -euo pipefail
cd "$(dirname "$0")/../.."
failed=()
for version in ${SLURM_VERSIONS:-22.05 24.11 26.05}; do
  echo "== Slurm $version"
  test/cluster/versions.sh up "$version"
  SLURM_VERSION=$version node_modules/.bin/vitest run --project cluster --project containers --project stand-ins || failed+=("$version")
  test/cluster/versions.sh down "$version"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "failed on Slurm ${failed[*]}" >&2
  exit 1
fi
