# A scheduler without Slurm, behind the same functions: every job runs at once, detached, on this machine. A job is a folder
# BASE/ID with its rows' fields in small files; BASE is set by scheduler_ready.

scheduler_ready() {
  base=$(expand "$1")
  mkdir -p -- "$base" || exit 73
}

# scheduler_submit --executor=TEXT OPTION... SCRIPT: TEXT is the program of executor.sh; of sbatch's options those are read
# that mean something here.
scheduler_submit() {
  name='' dir='' out='' err='' limit='' cpus='' executor=''
  while [ $# -gt 1 ]; do
    case $1 in
      --job-name=*) name=${1#*=} ;;
      --chdir=*) dir=${1#*=} ;;
      --output=*) out=${1#*=} ;;
      --error=*) err=${1#*=} ;;
      --time=*) limit=${1#*=} ;;
      --cpus-per-task=*) cpus=${1#*=} ;;
      --executor=*) executor=${1#*=} ;;
      --array=* | --begin=* | --dependency=* | --hold)
        echo "the embedded executor starts every job at once and alone: it knows no ${1%%=*}" >&2
        return 1
        ;;
    esac
    shift
  done
  enrol || return 1
  out=$(log_path "$out") err=$(log_path "$err")
  printf '%s\n' "$executor" >"$job/executor.sh"
  # The executor outlives this command and its terminal: a session, or at least a process group, of its own.
  # What submit.sh ignores the job must not inherit.
  (trap - HUP PIPE && detached sh "$job/executor.sh" "$job" "$1" "$dir" "$out" "$err" "$limit" "$cpus" "$name") >/dev/null 2>&1 </dev/null &
  echo "$id"
}

# enrol: a new job of `name` in `dir`, its number in `id` and its folder in `job`.
enrol() {
  id=$(($(cat "$base/last" 2>/dev/null || echo 0) + 1))
  until mkdir "$base/$id" 2>/dev/null; do
    [ -d "$base/$id" ] || return 1
    id=$((id + 1))
  done
  put "$base/last" "$id"
  job=$base/$id
  put "$job/name" "$name" && put "$job/dir" "$dir" && put "$job/submit" "$(now)" && put "$job/limit" "$limit" || return 1
  put "$job/state" PENDING
}

# scheduler_attend TTY OPTION... SHELL SCRIPT: runs SCRIPT here and now, with these streams, as a job of its own; TTY is `yes` or empty.
scheduler_attend() {
  tty=$1 name='' dir='' limit=''
  shift
  while [ $# -gt 2 ]; do
    case $1 in --job-name=*) name=${1#*=} ;; --chdir=*) dir=${1#*=} ;; esac
    shift
  done
  enrol && cd -- "$dir" || return 73
  put "$job/executor" "$(identity "$$")"
  set -- env -i HOME="$HOME" PATH="$PATH" USER="${USER-$(id -un)}" LOGNAME="${LOGNAME-$(id -un)}" SHELL="${SHELL-/bin/sh}" \
    ${TERM+TERM="$TERM"} ${LANG+LANG="$LANG"} ${LC_ALL+LC_ALL="$LC_ALL"} ${TZ+TZ="$TZ"} ${TMPDIR+TMPDIR="$TMPDIR"} \
    SLURM_JOB_ID="$id" SLURM_JOBID="$id" SLURM_JOB_NAME="$name" SLURM_SUBMIT_DIR="$dir" SLURM_NTASKS=1 SLURM_PROCID=0 \
    SLURM_JOB_NODELIST="$(uname -n)" SLURMD_NODENAME="$(uname -n)" "$@"
  put "$job/start" "$(now)" && put "$job/state" RUNNING
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
  put "$job/code" "$code" && put "$job/end" "$(now)"
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

# log_path PATTERN: as of sbatch's patterns, %j in the file's name and %% are known.
log_path() { printf '%s' "$1" | sed "s/%j\([^/]*\)\$/$id\1/; s/%%/%/g"; }

# lives FILE: whether the process whose identity is there still runs.
lives() {
  first "$1"
  [ -n "$line" ] && [ "$(identity "${line%% *}" 2>/dev/null)" = "$line" ]
}

# state_of JOB: its state in `state`; a job whose executor is gone (the machine was restarted) has failed with its node, and
# what may be left of it is ended, for nobody holds it to its limits or takes note of its end any more.
state_of() {
  first "$1/state"
  state=$line
  case $state in
    PENDING | RUNNING)
      [ -f "$1/executor" ] || return 0
      if lives "$1/executor"; then return 0; fi
      # It may have ended between the two looks.
      first "$1/state"
      state=$line
      case $state in PENDING | RUNNING) ;; *) return 0 ;; esac
      if lives "$1/leader"; then kill -KILL "-${line%% *}" 2>/dev/null; fi
      state=NODE_FAIL
      put "$1/end" "$(now)" && put "$1/state" NODE_FAIL
      ;;
  esac
}

field() { first "$1" && printf '%s' "${line:-$2}"; }

stamp() { if [ -n "$1" ]; then date -d "@$1" +%Y-%m-%dT%H:%M:%S 2>/dev/null || date -r "$1" +%Y-%m-%dT%H:%M:%S; fi; }

# scheduler_queue: jobs that live, and those that ended in the last five minutes, as Slurm's controller would.
scheduler_queue() {
  for job in "$base"/[0-9]*/; do
    job=${job%/}
    [ -f "$job/state" ] || continue
    state_of "$job"
    first "$job/end"
    case $state in PENDING | RUNNING) ;; *) [ $(($(now) - ${line:-0})) -lt 300 ] || continue ;; esac
    id=${job##*/}
    first "$job/start"
    start=$line
    first "$job/end"
    ran=$((${line:-$(now)} - ${start:-$(now)}))
    printf '%s' "$id$US$id${US}N/A$US$state${US}None$US$(clock "$ran")$US$(field "$job/limit" UNLIMITED)${US}1$US$(uname -n)${US}local"
    printf '%s\n' "$US$(stamp "$(field "$job/submit")")$US$(stamp "$start")$US$(field "$job/dir")$US$(field "$job/name")"
  done
}

clock() { printf '%d:%02d:%02d' $(($1 / 3600)) $(($1 / 60 % 60)) $(($1 % 60)); }

# scheduler_accounting SECONDS OPTION...: rows as sacct gives them, of the ids after -j or of every job.
scheduler_accounting() {
  case $2 in -j) wanted=$(printf '%s' "$3" | tr ',' ' ') ;; *) wanted=$(cd -- "$base" && ls) ;; esac
  for id in $wanted; do
    job=$base/$id
    [ -f "$job/state" ] || continue
    state_of "$job"
    first "$job/start"
    start=$line
    first "$job/end"
    end=$line
    ran=$((${end:-$(now)} - ${start:-$(now)}))
    first "$job/code"
    code=${line:-0} signal=0
    if [ "$code" -gt 128 ] && [ "$code" -lt 160 ]; then signal=$((code - 128)); fi
    printf '%s' "$id$US$id$US$state$US$code:$signal${US}0:0$US$(stamp "$(field "$job/submit")")$US$(stamp "$start")$US$(stamp "$end")"
    printf '%s\n' "$US$ran$US$US$US${US}1$US$(field "$job/limit")$US$(uname -n)$US$(field "$job/dir")$US$(field "$job/name")"
  done
}

scheduler_cancel() {
  put "$base/$1/stop" 'CANCELLED'
  # It may be about to begin.
  waited=0
  until first "$base/$1/group" && [ -n "$line" ]; do
    [ "$waited" -lt 5 ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
  (end_group "$line") >/dev/null 2>&1 </dev/null &
}

scheduler_job() { :; }

scheduler_ambiguous() { [ "$2" -ge 128 ]; }

scheduler_check() { record check scheduler ok "the embedded executor"; }

scheduler_absence() { echo bad; }
