# A scheduler without Slurm, behind the same functions: every job runs at once, detached, on this machine, and of a job array as many
# tasks as it says. Its jobs are folders below `base` (local-records.sh).

scheduler_ready() {
  base=$(expand "$1")
  mkdir -p -- "$base" || exit 73
}

# scheduler_attend TTY OPTION... SHELL SCRIPT: runs SCRIPT here and now, with these streams, as a job of its own; TTY is `yes` or empty.
scheduler_attend() {
  tty=$1 name='' dir='' limit='' cpus=''
  shift
  while [ $# -gt 2 ]; do
    case $1 in --job-name=*) name=${1#*=} ;; --chdir=*) dir=${1#*=} ;; esac
    shift
  done
  enrol && cd -- "$dir" || return 73
  put "$job/executor" "$(identity "$$")" && put "$job/state" PENDING
  set -- env -i HOME="$HOME" PATH="$PATH" USER="${USER-$(id -un)}" LOGNAME="${LOGNAME-$(id -un)}" SHELL="${SHELL-/bin/sh}" \
    ${TERM+TERM="$TERM"} ${LANG+LANG="$LANG"} ${LC_ALL+LC_ALL="$LC_ALL"} ${TZ+TZ="$TZ"} ${TMPDIR+TMPDIR="$TMPDIR"} \
    SLURM_JOB_ID="$id" SLURM_JOBID="$id" SLURM_JOB_NAME="$name" SLURM_SUBMIT_DIR="$dir" SLURM_NTASKS=1 SLURM_PROCID=0 \
    SLURM_JOB_NODELIST="$(uname -n)" SLURMD_NODENAME="$(uname -n)" "$@"
  put "$job/start" "$(moment)" && put "$job/state" RUNNING
  if [ -n "$tty" ]; then
    "$@"
    code=$?
  else
    # Out of reach of this terminal's keys, and with a number by which it can be cancelled.
    exec 3<&0
    detached "$@" <&3 &
    child=$!
    exec 3<&-
    put "$job/leader" "$(identity "$child")"
    put "$job/group" "$child"
    wait "$child"
    code=$?
    # A trapped signal ends `wait`, not the child.
    while kill -0 "$child" 2>/dev/null; do
      wait "$child"
      code=$?
    done
    kill -KILL "-$child" 2>/dev/null
  fi
  put "$job/code" "$code" && put "$job/end" "$(moment)"
  first "$job/stop"
  put "$job/state" "${line:-$([ "$code" = 0 ] && echo COMPLETED || echo FAILED)}"
  return "$code"
}

# scheduler_allocate OPTION... COMMAND...: runs a command here; COMMAND begins with no dash.
scheduler_allocate() {
  while case ${1-} in -*) ;; *) false ;; esac do shift; done
  "$@"
}

# scheduler_nodes: this machine as one node of one partition. What cannot be found out is empty.
scheduler_nodes() {
  cpus=$(getconf _NPROCESSORS_ONLN 2>/dev/null)
  busy=$(uptime | sed -n 's/.*averages\{0,1\}: *\([0-9]*\).*/\1/p')
  if [ "${busy:-0}" -gt "${cpus:-0}" ]; then busy=$cpus; fi
  if [ -r /proc/meminfo ]; then
    memory=$(awk '/^MemTotal:/ { t = $2 } /^MemAvailable:/ { a = $2 } END { printf "%d %d", t / 1024, (t - a) / 1024 }' /proc/meminfo)
  else
    memory="$(($(sysctl -n hw.memsize 2>/dev/null || echo 0) / 1048576)) "
  fi
  gpus=$(nvidia-smi -L 2>/dev/null | grep -c '^GPU')
  printf '%s\n' "local*${US}up${US}infinite$US$(uname -n)${US}idle$US${busy:-0}/$((${cpus:-0} - ${busy:-0}))/0/${cpus:-0}$US${memory% *}$US${memory#* }${US}gpu:$gpus$US"
}

scheduler_job() { :; }

# scheduler_array_limit: an array may have as many tasks as one likes.
scheduler_array_limit() { echo 0; }

scheduler_ambiguous() { [ "$2" -ge 128 ]; }

scheduler_check() { record check scheduler ok "the embedded executor"; }

scheduler_absence() { echo bad; }
