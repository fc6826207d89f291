#!/bin/bash
# The same test cluster with another version of Slurm: cluster.sh in a root of the Debian release that carries it.
# shellcheck source-path=SCRIPTDIR disable=SC2034
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: versions.sh up|down|status VERSION
VERSION: 22.05 (Debian bookworm), 24.11 (trixie), 26.05 (sid)

SLURM_RUNNER_CLUSTER_DIR    its folder is this one's name with -VERSION (/tmp/srt)
SLURM_RUNNER_ROOTS          where the roots are kept from one time to the next, 700 MB each (/var/tmp/slurm-runner-roots)
SLURM_RUNNER_DEBIAN_MIRROR  where to fetch them from, when this machine's own apt has no Debian mirror
USAGE
}

die() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}

[ $# = 2 ] || {
  usage >&2
  exit 2
}
command=$1
version=$2
# 22.05 is what Debian 12 itself has: there for machines that run something else, and to try the installation on a fresh system.
case $version in
  22.05) suite=bookworm offset=30 ;;
  24.11) suite=trixie offset=60 ;;
  26.05) suite=sid offset=90 ;;
  *) die "no Debian release with Slurm $version is known here; there are 22.05, 24.11 and 26.05" ;;
esac
[ "$(id -u)" = 0 ] || die "needs root"

KIT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DIR=${SLURM_RUNNER_CLUSTER_DIR:-/tmp/srt}-$version
PORTS=$((${SLURM_RUNNER_CLUSTER_PORTS:-27310} + offset))
UIDS=$((${SLURM_RUNNER_CLUSTER_UIDS:-27310} + offset))
INIT=$DIR.init # which process is the namespaces' first; beside the folder, since cluster.sh empties that

. "$KIT/install.sh"
. "$KIT/apptainer.sh"
. "$KIT/processes.sh"

ROOT=$ROOTS/$suite

make_root() {
  local mirror packages
  packages=$(IFS=, && echo "${PACKAGES[*]}")
  # Made again when it was made of others.
  [ "$(cat "$ROOT/complete" 2> /dev/null)" != "$packages" ] || return 0
  down
  install_missing debootstrap
  mkdir -p "$ROOTS"
  rm -rf "$ROOT"
  mirror=$(debian_mirror)
  echo "cluster: making a root of Debian $suite in $ROOT, once" >&2
  http_proxy=$(apt_proxy http) https_proxy=$(apt_proxy https) \
    debootstrap --variant=minbase --include="$packages" "$suite" "$ROOT" "$mirror" > "$ROOT.log" 2>&1 9>&- ||
    die "debootstrap failed; see $ROOT.log"
  rm -rf "$ROOT"/var/cache/apt/archives/*.deb "$ROOT.log"
  echo "$packages" > "$ROOT/complete"
}

apt_proxy() {
  local proxy variable=$1_proxy
  eval "$(apt-config shell proxy "Acquire::$1::Proxy")"
  echo "${proxy:-${!variable:-}}"
}

# Mounts and processes of its own, the network shared: its sshd is reached on the loopback like the others'. The folder is seen
# under one and the same path inside and outside. pivot_root, not chroot, which would forbid user namespaces inside.
start_namespaces() {
  [ -z "$(ls -A "$DIR" 2>/dev/null)" ] || [ -e "$DIR/.slurm-runner-cluster" ] ||
    die "$DIR exists and is not a cluster's folder; set SLURM_RUNNER_CLUSTER_DIR to another"
  down
  mkdir -p "$DIR"
  cp /etc/hosts "$ROOT/etc/hosts"
  # Its first process is a shell that waits, so that orphans are reaped.
  setsid unshare --mount --pid --fork --kill-child bash -euc '
    cd "$1"
    mount --bind "$1" "$1" && cd "$1"
    mount --rbind /dev dev && mount --rbind /sys sys && mount -t proc proc proc
    mount -t tmpfs -o mode=755 tmpfs run && mount -t tmpfs tmpfs tmp
    mkdir -p ".$2" ".$4" && mount --bind "$2" ".$2" && mount --bind "$3" mnt && mount --bind "$4" ".$4"
    pivot_root . . && umount -l . && cd /
    touch /run/ready
    exec bash -c "sleep infinity & wait"
  ' bash "$ROOT" "$DIR" "$KIT" "$APPTAINER" < /dev/null > "$ROOT.out" 2>&1 9>&- &
  local unshare=$! pid
  wait_until 10 "the namespaces of $ROOT" is_ready "$unshare" || die "$(cat "$ROOT.out")"
  pid=$(first_child "$unshare")
  record_pid "$pid" "$INIT"
}

first_child() {
  awk '{ print $1 }' "/proc/$1/task/$1/children"
}

is_ready() {
  local child
  child=$(first_child "$1") && [ -n "$child" ] && [ -e "/proc/$child/root/run/ready" ]
}

inside() {
  nsenter --target "$(recorded_pid "$INIT")" --mount --pid -- env SLURM_RUNNER_CLUSTER_DIR="$DIR" SLURM_RUNNER_CLUSTER_PORTS="$PORTS" \
    SLURM_RUNNER_CLUSTER_UIDS="$UIDS" SLURM_RUNNER_ROOTS="$ROOTS" bash "$@"
}

up() {
  make_root
  install_missing patchelf
  install_apptainer
  mkdir -p "$APPTAINER"
  recorded_pid "$INIT" > /dev/null || start_namespaces
  inside /mnt/cluster.sh up --no-install
  grep -q "\"version\":\"$version\." "$DIR/up" || die "Debian $suite does not carry Slurm $version any more: $(cat "$DIR/up")"
  # What runs on the cluster's side runs in there; ctl goes through this too.
  cat > "$DIR/enter" <<EOC
#!/bin/sh
exec nsenter --target $(recorded_pid "$INIT") --mount --pid -- "\$@"
EOC
}

# With the first process all others of its namespace end, and their mounts go.
down() {
  local pid
  if pid=$(recorded_pid "$INIT"); then
    inside /mnt/cluster.sh down || true
    kill -KILL "$pid"
    wait_until 10 "the end of $pid" is_over
  fi
  marked_processes | while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done
  unmount_everything
  rm -rf "$DIR" "$INIT"
}

is_over() {
  ! recorded_pid "$INIT"
}

status() {
  recorded_pid "$INIT" > /dev/null || {
    echo "cluster: down"
    return 3
  }
  inside /mnt/cluster.sh status
}

case $command in
  up | down) exec 9< "$KIT/versions.sh" && flock 9 && "$command" ;;
  status) status ;;
  *) usage >&2 ; exit 2 ;;
esac
