# shellcheck shell=bash
# The Debian packages the test cluster is made of, and how they are installed without any of their services starting.

PACKAGES=(slurmctld slurmd slurm-client slurmdbd munge mariadb-server openssh-server openssh-client openssl rsync tcsh fish procps mount
  squashfs-tools squashfuse curl ca-certificates jq uidmap) # for enroot's stand-in and apptainer
# Not the cluster's own: the tests of the same run need them, on the machine they run on.
TEST_PACKAGES=(python3 shellcheck patchelf busybox-static docker-registry podman crun buildah umoci debootstrap zstd)
# What is fetched once and kept.
ROOTS=${SLURM_RUNNER_ROOTS:-/var/tmp/slurm-runner-roots}

# Those of the named packages that are not installed.
missing_packages() {
  local package missing=() installed
  installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ $installed == *" installed:$package "* ]] || missing+=("$package")
  done
  echo "${missing[*]}"
}

install_missing() {
  local missing
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || return 0
  command -v apt-get > /dev/null || die "no apt-get here: the test cluster needs Debian or Ubuntu, or these installed by hand: $missing"
  echo "cluster: installing $missing" >&2
  # The packages' own daemons would sit on the default ports; Debian asks this file whether a package may start one.
  local policy=/usr/sbin/policy-rc.d kept=
  if [ -e $policy ]; then
    kept=$policy.slurm-runner-kept
    mv $policy "$kept"
  fi
  printf '#!/bin/sh\nexit 101\n' > $policy
  chmod 755 $policy
  local failed=0
  local output
  output=$(mktemp)
  # shellcheck disable=SC2086 # a list of package names
  (
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q && apt-get install -q -y --no-install-recommends $missing
  ) > "$output" 2>&1 9>&- || failed=1
  rm -f $policy
  [ -z "$kept" ] || mv "$kept" $policy
  if [ $failed = 1 ]; then
    tail -n 20 "$output" >&2
    rm -f "$output"
    die "apt-get could not install $missing; its last lines are above"
  fi
  rm -f "$output"
}

# The mirror which this machine's apt uses for its own release.
debian_mirror() {
  local mirror=${SLURM_RUNNER_DEBIAN_MIRROR:-}
  # shellcheck disable=SC2016 # apt's own variables
  [ -n "$mirror" ] || [ "$(. /etc/os-release && echo "$ID")" != debian ] ||
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' "Release: $(. /etc/os-release && echo "$VERSION_CODENAME")" | head -n 1)
  [ -n "$mirror" ] || die "apt here has no Debian mirror; name one with SLURM_RUNNER_DEBIAN_MIRROR"
  echo "$mirror"
}
