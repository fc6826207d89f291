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
  id=$(($(cat "$base/last" 2>/dev/null || echo 0) + 1))
  until mkdir "$base/$id" 2>/dev/null; do
    [ -d "$base/$id" ] || return 1
    id=$((id + 1))
  done
  put "$base/last" "$id"
  job=$base/$id
  put "$job/name" "$name" && put "$job/dir" "$dir" && put "$job/submit" "$(now)" && put "$job/limit" "$limit" || return 1
  put "$job/state" PENDING || return 1
  out=$(log_path "$out") err=$(log_path "$err")
  printf '%s\n' "$executor" >"$job/executor.sh"
  # The executor outlives this command and its terminal: a session, or at least a process group, of its own.
  # What submit.sh ignores the job must not inherit.
  (trap - HUP PIPE && detached sh "$job/executor.sh" "$job" "$1" "$dir" "$out" "$err" "$limit" "$cpus" "$name") >/dev/null 2>&1 </dev/null &
  echo "$id"
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
      if lives "$1/leader"; then kill -s KILL -- "-${line%% *}" 2>/dev/null; fi
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
