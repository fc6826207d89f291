# The embedded executor: one job's own process, which runs it, holds it to its time limit, and keeps the one true record of how it
# ended (local-records.sh). Of a job array it is the process that starts those that do so (local-array.sh).

# main JOB SCRIPT DIR OUT ERR LIMIT CPUS NAME [LANE]: JOB is the folder of its record; OUT and ERR are sbatch's patterns, LIMIT in its
# forms; LANE is which process of an array this is.
main() {
  trap '' HUP
  job=$1 script=$2 dir=$3 out=$4 err=$5 cpus=$7 name=$8
  id=${job##*/} base=${job%/*} host=$(uname -n) seconds=$(seconds "$6")
  if [ -n "${9-}" ]; then
    run_tasks "$9"
    return
  fi
  # It was given up for lost before it came.
  [ ! -f "$job/end" ] || return 0
  put "$job/executor" "$(identity "$$")"
  if [ -f "$job/array" ]; then run_array "$@"
  elif is_due; then run_job "$job" "$id"
  else
    first "$job/stop"
    put "$job/end" "$(moment)" && put "$job/state" "$line"
  fi
}

# run_job RECORD ID [NAME=VALUE]...: how it ended is in its record and in `state`, `code`, `started` and `ended`.
run_job() {
  record=$1 own=$2
  shift 2
  (
    in_path "$out" && exec >>"$path" && in_path "$err" && exec 2>>"$path" && cd -- "$dir" || exit
    trap - HUP
    detached env -i HOME="$HOME" PATH="$PATH" USER="${USER-$(id -un)}" LOGNAME="${LOGNAME-$(id -un)}" \
      SHELL="${SHELL-/bin/sh}" ${LANG+LANG="$LANG"} ${LC_ALL+LC_ALL="$LC_ALL"} ${TZ+TZ="$TZ"} ${TMPDIR+TMPDIR="$TMPDIR"} \
      SLURM_JOB_ID="$own" SLURM_JOBID="$own" SLURM_JOB_NAME="$name" SLURM_SUBMIT_DIR="$dir" SLURM_NTASKS=1 SLURM_PROCID=0 \
      SLURM_RUNNER_TOGETHER=1 SLURM_JOB_NODELIST="$host" SLURMD_NODENAME="$host" ${cpus:+SLURM_CPUS_PER_TASK="$cpus"} "$@" \
      sh "$script"
  ) &
  child=$!
  started=$(moment)
  put "$record/start" "$started"
  put "$record/leader" "$(identity "$child")"
  put "$record/group" "$child"
  put "$record/state" RUNNING
  timer=
  if [ "$seconds" -gt 0 ]; then
    time_out &
    timer=$!
  fi
  wait "$child"
  code=$?
  # What it left in the background ends with it, as on Slurm.
  kill -KILL "-$child" 2>/dev/null
  if [ -n "$timer" ]; then kill "$timer" 2>/dev/null; fi
  ended=$(moment)
  put "$record/code" "$code"
  put "$record/end" "$ended"
  first "$record/stop"
  state=$line
  if [ -z "$state" ]; then
    state=COMPLETED
    if [ "$code" != 0 ]; then state=FAILED; fi
  fi
  put "$record/state" "$state"
}

# time_out: ends the job when its time is up.
time_out() {
  trap 'kill "$!"; exit' TERM
  while [ "$seconds" -gt 0 ]; do
    # Not in one: it has nothing to do any more where this job's own process was killed.
    nap=$((seconds > 10 ? 10 : seconds)) seconds=$((seconds - (seconds > 10 ? 10 : seconds)))
    sleep "$nap" &
    wait "$!"
    kill -0 "$$" 2>/dev/null || exit
  done
  put "$record/stop" TIMEOUT
  end_group "$child"
}

# in_path PATTERN: the file it means, in `path`: of sbatch's patterns %j, %A, %a and %% are known.
in_path() {
  path='' pattern=$1
  while :; do
    case $pattern in
      *%j* | *%A* | *%a* | *%%*) ;;
      *) break ;;
    esac
    path=$path${pattern%%"%"*} pattern=${pattern#*"%"}
    case $pattern in
      j*) path=$path$own ;;
      A*) path=$path$id ;;
      a*) path=$path$task ;;
      %*) path=$path% ;;
      *)
        path=$path%
        continue
        ;;
    esac
    pattern=${pattern#?}
  done
  path=$path$pattern
}

# seconds TIME: sbatch's forms minutes, m:s, h:m:s, d-h, d-h:m, d-h:m:s; 0 for no limit.
seconds() {
  printf '%s\n' "$1" | awk -F- '
    { days = 0; rest = $1; dated = NF > 1; if (dated) { days = $1; rest = $2 }
      n = split(rest, t, ":")
      if ($0 == "" || $0 ~ /[^0-9:-]/) print 0
      else if (dated) print ((days * 24 + t[1]) * 60 + t[2]) * 60 + t[3]
      else if (n == 1) print t[1] * 60
      else if (n == 2) print t[1] * 60 + t[2]
      else print (t[1] * 60 + t[2]) * 60 + t[3] }'
}
