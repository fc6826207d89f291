#!/bin/bash
# A real Slurm cluster on this one machine, for the tests: brings it up, takes it down, and stops and starts its daemons one by one.
# shellcheck source-path=SCRIPTDIR disable=SC2034
set -euo pipefail

usage() {
  cat <<'USAGE'
usage: cluster.sh up [--no-install] | down | status
       cluster.sh install      what the tests need, where this user and this system can install any
       cluster.sh start NAME... | stop [--kill] NAME... | freeze NAME... | thaw NAME...
NAME: munged mariadbd slurmdbd slurmctld n1 n2 n3 n4 slurmctld2 m1 sshd

SLURM_RUNNER_CLUSTER_DIR    the one folder it lives in (/tmp/srt)
SLURM_RUNNER_CLUSTER_PORTS  the first of its 30 loopback ports (27310)
SLURM_RUNNER_CLUSTER_UIDS   the first of its users' ids (27310)
SLURM_RUNNER_ROOTS          where what is fetched once is kept (/var/tmp/slurm-runner-roots)
USAGE
}

die() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}

KIT=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
DIR=${SLURM_RUNNER_CLUSTER_DIR:-/tmp/srt}
PORTS=${SLURM_RUNNER_CLUSTER_PORTS:-27310}
UIDS=${SLURM_RUNNER_CLUSTER_UIDS:-27310}
NODES=(n1 n2 n3 n4)
NODES2=(m1)

# The folder's name goes unquoted into half a dozen configuration formats, and sockets' names have to stay under 108 bytes.
[[ $DIR =~ ^/[A-Za-z0-9._/-]{2,40}$ ]] || die "SLURM_RUNNER_CLUSTER_DIR must be a short absolute path of plain characters, not '$DIR'"

. "$KIT/install.sh"
. "$KIT/apptainer.sh"
. "$KIT/users.sh"
. "$KIT/config.sh"
. "$KIT/processes.sh"
. "$KIT/daemons.sh"

# A folder that something else made is never taken over, nor removed.
MARK="$DIR/.slurm-runner-cluster"

up() {
  [ "${1:-}" = --no-install ] || {
    install_missing "${PACKAGES[@]}" "${TEST_PACKAGES[@]}"
    install_apptainer
  }
  missing=$(missing_packages "${PACKAGES[@]}")
  [ -z "$missing" ] || die "these packages are missing: $missing; run it without --no-install, or: apt-get install $missing"
  if [ -e "$DIR/up" ]; then
    if write_site && start_all && heal_nodes; then
      echo "cluster: up already, in $DIR"
      return
    fi
    echo "cluster: $DIR does not come back to life; starting afresh" >&2
  fi
  down
  [ -z "$(ls -A "$DIR" 2>/dev/null)" ] || die "$DIR exists and is not a cluster's folder; set SLURM_RUNNER_CLUSTER_DIR to another"
  refuse_busy_ports
  mkdir -p "$DIR"
  touch "$MARK"
  chmod 755 "$DIR"
  mkdir "$DIR"/{bin,etc,etc2,home,kit,laptops,links,log,run,scratch,small,spool,state,state2}
  chmod 1777 "$DIR/scratch"
  cp "$KIT"/*.sh "$DIR/kit/"
  cp -R "$KIT/site" "$DIR/kit/site"
  make_database & # the slowest part by far; its daemon is waited for in start_all
  database=$!
  write_keys
  create_users
  write_site
  write_configuration
  write_commands
  wait "$database" || die "the database could not be made; see $DIR/log/mariadb-install.out"
  start_all
  # Written last: it says that all of the above was done, and tells tests what they have to know.
  printf '{"version":"%s","sshPort":%d}\n' "$(slurm_version)" "$SSH_PORT" > "$DIR/up"
  echo "cluster: up, in $DIR; ssh port $SSH_PORT of 127.0.0.1, \$SLURM_CONF $DIR/etc/slurm.conf"
}

down() {
  kill_everything
  unmount_everything
  remove_users
  remove_cgroups
  withdraw_fuse
  [ ! -e "$DIR/made-run-sshd" ] || rmdir /run/sshd 2>/dev/null || true
  [ ! -e "$MARK" ] || find "$DIR" -mindepth 1 -delete
  # In a root of its own the folder itself is a mount, and stays.
  [ ! -d "$DIR" ] || rmdir "$DIR" 2>/dev/null || true
}

status() {
  [ -e "$DIR/up" ] || {
    echo "cluster: down"
    return 3
  }
  result=0
  for name in "${DAEMONS[@]}"; do
    state=$(daemon_state "$name")
    [ "$state" = running ] || result=1
    printf '%-12s %s\n' "$name" "$state"
  done
  SLURM_CONF=$DIR/etc/slurm.conf timeout 15 sinfo || result=1
  return "$result"
}

[ $# -gt 0 ] || {
  usage >&2
  exit 2
}
command=$1
shift
case $command in
  help | -h | --help) usage ; exit ;;
  install)
    if [ "$(id -u)" = 0 ] && command -v apt-get > /dev/null; then
      exec 9< "$KIT/cluster.sh" && flock 9 && install_missing "${PACKAGES[@]}" "${TEST_PACKAGES[@]}" && install_apptainer
    fi
    exit
    ;;
  up | down | status | start | stop | freeze | thaw) ;;
  *) usage >&2 ; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || die "needs root: it makes users, runs sshd and starts other people's jobs"

case $command in
  # The script's own file is the lock, so that two runs which start the cluster at once meet there and none leaves a file behind.
  up | down) exec 9< "$KIT/cluster.sh" && flock 9 && "$command" "$@" ;;
  status) status ;;
  start) for name in "$@"; do start_daemon "$name"; done ;;
  stop)
    signal=TERM
    [ "${1:-}" != --kill ] || { signal=KILL && shift ; }
    for name in "$@"; do stop_daemon "$name" "$signal"; done
    ;;
  freeze) for name in "$@"; do signal_daemon "$name" STOP; done ;;
  thaw) for name in "$@"; do signal_daemon "$name" CONT; done ;;
esac
