# shellcheck shell=bash
# Processes, each known by its id together with its start time, and waiting for what they do; ports and mounts.

port_answers() {
  (: < "/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# $1 seconds, $2 what is awaited, then the command that says whether it is there.
wait_until() {
  local until=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" > /dev/null 2>&1; do
    if [ $SECONDS -ge "$until" ]; then
      echo "cluster: waited in vain for $what; the logs are in $DIR/log" >&2
      return 1
    fi
    sleep 0.05
  done
}

# In clock ticks since the machine's start: with the process id it names a process for good, however often ids come round.
start_time() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- "${stat##*) }"
  # shellcheck disable=SC2086 # fields 3 and on of proc(5)'s stat
  set -- $1
  [ "$1" != Z ] && echo "${20}"
}

# $1 a process id, $2 the file to remember it in.
record_pid() {
  echo "$1 $(start_time "$1")" > "$2"
}

# The process id which that file holds, if this very process is still there.
recorded_pid() {
  local pid started
  { read -r pid started < "$1" ; } 2> /dev/null || return 1
  [ "$(start_time "$pid")" = "$started" ] && echo "$pid"
}

# What was started in this folder's name, and commands which tests started in a laptop's home of it: they have nothing left to do.
marked_processes() {
  { grep -lzsx -e "SRT_CLUSTER=$DIR" -e "HOME=$DIR/laptops/.*" /proc/[0-9]*/environ || true ; } | cut -d/ -f3
}

descendants() {
  ps -eo pid=,ppid= | awk -v root="$1" '
    { parent[$1] = $2 }
    END { for (p in parent) for (q = parent[p]; q > 1; q = parent[q]) if (q == root) { print p; break } }'
}

# The small disks which tests mounted, the newest first.
unmount_everything() {
  local at
  awk -v below="$DIR/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r at; do umount -l "$at"; done
}
