# shellcheck shell=bash
# Starts, stops, freezes and ends the test cluster's daemons, and whatever else runs in its name.

DAEMONS=(munged mariadbd slurmdbd slurmctld "${NODES[@]}" slurmctld2 "${NODES2[@]}" sshd)

# The process id of a running daemon.
daemon_pid() {
  recorded_pid "$DIR/run/$1.pid"
}

daemon_state() {
  local pid
  pid=$(daemon_pid "$1") || {
    echo stopped
    return
  }
  case $(awk '$1 == "State:" { print $2 }' "/proc/$pid/status") in
    T) echo frozen ;;
    *) echo running ;;
  esac
}

# $1 the daemon's name, then its command, which must stay in the foreground. SRT_CLUSTER marks its descendants, for kill_everything.
launch() {
  local name=$1
  shift
  (cd / && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 SRT_CLUSTER="$DIR" setsid "$@") \
    < /dev/null >> "$DIR/log/$name.out" 2>&1 9>&- &
  record_pid $! "$DIR/run/$name.pid"
}

start_daemon() {
  ! daemon_pid "$1" > /dev/null || {
    signal_daemon "$1" CONT
    return 0
  }
  local conf=$DIR/etc/slurm.conf
  case $1 in slurmctld2 | m[0-9]) conf=$DIR/etc2/slurm.conf ;; esac
  case $1 in
    munged)
      launch munged munged --foreground --force --key-file="$DIR/etc/munge.key" --socket="$DIR/run/munge.sock" \
        --pid-file="$DIR/run/munge" --log-file="$DIR/log/munged.log" --seed-file="$DIR/run/munge.seed"
      wait_until 60 munged munge -n -S "$DIR/run/munge.sock"
      ;;
    mariadbd)
      launch mariadbd mariadbd --defaults-file="$DIR/etc/my.cnf"
      wait_until 60 mariadbd port_answers "$SQL_PORT"
      # slurmdbd would make it itself, after a failed attempt to enter it, which breaks the connection of MariaDB's client 11.8.9.
      mariadb --no-defaults --socket="$DIR/run/mariadb.sock" --execute='create database if not exists slurm_acct_db'
      ;;
    slurmdbd)
      launch slurmdbd env SLURM_CONF="$conf" slurmdbd -D
      wait_until 60 slurmdbd port_answers "$DBD_PORT"
      ;;
    slurmctld)
      launch slurmctld slurmctld -D -f "$conf"
      wait_until 60 slurmctld answers_ping "$conf" "$CTLD_PORT"
      ;;
    slurmctld2)
      launch slurmctld2 slurmctld -D -f "$conf"
      wait_until 60 slurmctld2 answers_ping "$conf" "$CTLD2_PORT"
      ;;
    n[0-9] | m[0-9])
      mkdir -p "$DIR/spool/$1"
      launch "$1" slurmd -D -N "$1" -f "$conf"
      ;;
    sshd)
      [ -d /run/sshd ] || { mkdir /run/sshd && touch "$DIR/made-run-sshd" ; }
      # OpenSSH 9.8 and later shuts out an address, here everybody's, whose logins fail; earlier ones do not know the option.
      local lenient=(-o PerSourcePenalties=no)
      "$(command -v sshd)" -t -f "$DIR/etc/sshd_config" "${lenient[@]}" 2> /dev/null || lenient=()
      launch sshd "$(command -v sshd)" -D -f "$DIR/etc/sshd_config" -E "$DIR/log/sshd.log" "${lenient[@]}"
      wait_until 60 sshd port_answers "$SSH_PORT"
      ;;
    *) die "no daemon is called '$1'" ;;
  esac
}

# A port that is still shut makes scontrol itself wait and try again, so ask that first.
answers_ping() {
  port_answers "$2" && SLURM_CONF=$1 timeout 5 scontrol ping | grep -q 'is UP'
}

# $2: TERM, or KILL for a daemon that dies without a word.
stop_daemon() {
  local pid
  pid=$(daemon_pid "$1") || return 0
  kill -"$2" "$pid"
  kill -CONT "$pid" 2>/dev/null || true
  # What is killed meanwhile may not have written down what it knows.
  wait_until 10 "the end of $1" is_gone "$1" 2>/dev/null || {
    kill -KILL "$pid" && wait_until 5 "the end of $1" is_gone "$1"
  }
}

is_gone() {
  ! daemon_pid "$1" > /dev/null
}

signal_daemon() {
  local pid
  pid=$(daemon_pid "$1") || die "$1 is not running"
  kill -"$2" "$pid"
}

make_database() {
  SRT_CLUSTER=$DIR mariadb-install-db --no-defaults --datadir="$DIR/db" --user=root --auth-root-authentication-method=normal --skip-test-db \
    --innodb-log-file-size=8M --innodb-flush-log-at-trx-commit=0 > "$DIR/log/mariadb-install.out" 2>&1 9>&-
}

# What runs already is left alone; what was frozen goes on.
start_all() {
  local node
  start_daemon munged && start_daemon mariadbd && start_daemon slurmdbd || return 1
  [ -e "$DIR/up" ] || create_accounts || return 1
  start_daemon slurmctld && start_daemon slurmctld2 || return 1
  for node in "${NODES[@]}" "${NODES2[@]}"; do start_daemon "$node" || return 1; done
  start_daemon sshd || return 1
  [ -e "$DIR/up" ] || wait_until 60 'idle nodes' nodes_are "$DIR/etc" "${#NODES[@]}" || return 1
  [ -e "$DIR/up" ] || wait_until 60 "the second cluster's idle nodes" nodes_are "$DIR/etc2" "${#NODES2[@]}"
}

create_accounts() {
  local names
  names=$(user_names | grep -v -e srt-limit -e srt-bash2nd | paste -sd,)
  SLURM_CONF=$DIR/etc/slurm.conf bash -e <<EOC > "$DIR/log/sacctmgr.out" 2>&1
sacctmgr -i add cluster srt
sacctmgr -i add account default,second cluster=srt Description=test Organization=test
sacctmgr -i add user $names account=default
sacctmgr -i add user srt-bash account=second
sacctmgr -i add user srt-limit account=default MaxSubmitJobs=2
EOC
}

# $1 folder of the configuration, $2 how many nodes must be able to run a job.
nodes_are() {
  [ "$(SLURM_CONF=$1/slurm.conf timeout 10 sinfo -h -N -p main -o %T | grep -cE '^(idle|mixed|allocated|completing)$')" = "$2" ]
}

# A node that a test left down or drained comes back by order alone.
heal_nodes() {
  nodes_are "$DIR/etc" "${#NODES[@]}" && nodes_are "$DIR/etc2" "${#NODES2[@]}" && return
  local etc
  for etc in etc etc2; do
    SLURM_CONF=$DIR/$etc/slurm.conf timeout 10 scontrol update nodename=ALL state=resume > /dev/null 2>&1 || true
  done
  wait_until 15 nodes nodes_are "$DIR/etc" "${#NODES[@]}" && wait_until 15 nodes nodes_are "$DIR/etc2" "${#NODES2[@]}"
}

# Every process that is ours: what carries our mark, our daemons with all their descendants, and whatever our users run.
our_processes() {
  local pid name
  for name in "${DAEMONS[@]}"; do
    pid=$(daemon_pid "$name") && echo "$pid" && descendants "$pid"
  done
  marked_processes
  ps -eo pid=,uid=,stat= | awk -v low="$UIDS" -v high=$((UIDS + ${#USERS[@]})) '$2 >= low && $2 < high && $3 !~ /^Z/ { print $1 }'
}

kill_everything() {
  local pids round
  for round in $(seq 100); do
    pids=$(our_processes | sort -u)
    [ -n "$pids" ] || return 0
    # shellcheck disable=SC2086 # a list of process ids
    kill -KILL $pids 2>/dev/null || true
    sleep 0.05
  done
  die "these processes do not end: $(echo "$pids" | paste -sd' '), after $round tries"
}

remove_cgroups() {
  local node
  for node in "${NODES[@]}" "${NODES2[@]}"; do
    [ ! -d "/sys/fs/cgroup/memory/slurm_$node" ] || find "/sys/fs/cgroup/memory/slurm_$node" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}
