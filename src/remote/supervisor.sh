# What the scheduler runs: claims the run, runs the rendered script as its child, passes signals on, and leaves markers that
# say how it ended. A plain EXIT trap would call every cancelled job a success, so the code is kept in a variable and a
# signal is noted for itself; whoever reads the marker trusts a number only where no signal was noted.
# Variables are called sr_…: one of the job's own name would be exported to the job with our value.

# note FILE TEXT: a marker, whole or not at all. A full disk must not change how the job ends.
note() { { printf '%s\n' "$2" >"$1.$$.tmp" && mv -f "$1.$$.tmp" "$1" || rm -f "$1.$$.tmp"; } 2>/dev/null || :; }

# stopped SIGNAL: noted at once, for a KILL may follow; then passed on.
stopped() {
  sr_woken=1 sr_signal=$1
  note "$sr_at/end$sr_of" "$sr_job $sr_life signal $sr_signal"
  passed_on "$1"
}

# passed_on SIGNAL
passed_on() {
  sr_woken=1
  # There is none yet, or its number is not known here.
  if [ -n "$sr_child" ]; then kill -s "$1" "$sr_child" 2>/dev/null; else sr_early="$sr_early $1"; fi
}

# contained: whether every task that was to run in a container has left word of doing so (inside.sh). srun itself may end with 0 where
# none was started, or where a node started them without.
contained() {
  sr_inside=$sr_run/.slurm-runner/inside-$SLURM_JOB_ID-$sr_life
  [ -d "$sr_inside" ] || return 0
  # The word of another node may be late over NFS; a file of our own makes this node look again.
  sr_tries=0
  if [ "${SLURM_JOB_NUM_NODES:-1}" -gt 1 ]; then sr_tries=10; fi
  while :; do
    sr_tasks=1 sr_shown=0
    for sr_file in "$sr_inside"/[0-9]*; do
      [ -s "$sr_file" ] || continue
      sr_shown=$((sr_shown + 1))
      read -r sr_tasks <"$sr_file"
    done
    [ "$sr_shown" -lt "$sr_tasks" ] || return 0
    [ "$sr_tries" -gt 0 ] || break
    sr_tries=$((sr_tries - 1))
    sleep 1
    note "$sr_inside/look" ''
  done
  if [ "$sr_shown" = 0 ]; then
    echo 'slurm-runner: nothing ran in the container, though srun ended as if it had' >&2
  else
    echo "slurm-runner: only $sr_shown of $sr_tasks tasks ran in their container, though srun ended as if all had" >&2
  fi
  return 1
}

# ended: leaves the marker of how it ended, and ends. The folder goes last, for that may take its time; no signal counts any more by then.
ended() {
  if [ "$sr_code$sr_signal" = 0 ] && ! contained; then sr_code=1; fi
  trap '' TERM INT HUP QUIT XCPU USR1 USR2 ALRM
  if [ -n "$sr_signal" ]; then sr_how="signal $sr_signal"; else sr_how='exit'; fi
  note "$sr_at/end$sr_of" "$sr_job $sr_life $sr_how $sr_code"
  cleared
  # Where somebody wants to hear of it (notify.sh, which comes with the secrets). Nothing in there changes how the job ends.
  [ -z "${sr_notify-}" ] || (eval "$sr_notify")
  exit "$sr_code"
}

# supervise RUN ATTEMPT INTERPRETER [ARG]
supervise() {
  sr_run=$1 sr_at=$1/.slurm-runner/attempt-$2
  shift 2
  sr_job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} sr_life=${SLURM_RESTART_COUNT:-0}
  sr_of=${SLURM_ARRAY_TASK_ID:+.$SLURM_ARRAY_TASK_ID}
  # First of all the job id: an answer to the laptop may have been lost. Whoever finds another's here is a duplicate.
  (set -C && printf '%s\n' "$sr_job" >"$sr_at/job_id") 2>/dev/null
  sr_owner=
  { read -r sr_owner _ <"$sr_at/job_id"; } 2>/dev/null
  if [ "${sr_owner:-$sr_job}" != "$sr_job" ]; then
    echo "slurm-runner: this run belongs to job $sr_owner; job $sr_job ends without doing anything" >&2
    exit 75
  fi
  rm -f "$sr_at/end$sr_of" 2>/dev/null
  note "$sr_at/begin$sr_of" "$sr_job $sr_life $(date +%s) ${SLURM_JOB_NODELIST-} ${SLURM_ARRAY_TASK_COUNT-}"
  # shellcheck disable=SC1091
  if [ -r "$sr_run/.slurm-runner/secrets" ]; then . "$sr_run/.slurm-runner/secrets"; fi
  # What srun would take from the submission: `--export`, and since 22.05 no --cpus-per-task.
  unset SLURM_EXPORT_ENV
  if [ -n "${SLURM_CPUS_PER_TASK-}" ]; then export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"; fi
  # The embedded executor ends a job by its process group, which all of it has to be in then.
  sr_together=${SLURM_RUNNER_TOGETHER-}
  unset SLURM_RUNNER_TOGETHER

  # A container's own --container-workdir holds; else a script begins in its run, there as elsewhere.
  [ -n "${sr_workdir-}" ] || cd "$sr_run" || exit 66
  sr_script=$sr_at/script sr_scratch='' sr_signal='' sr_early='' sr_child='' sr_code=''
  # All of this was to run in a container of Pyxis. /.lock is enroot's; a node without the plugin starts the script as if nothing had been asked.
  if [ -n "${sr_contained-}" ] && ! [ -e /.lock ]; then
    echo "slurm-runner: task ${SLURM_PROCID:-0} on ${SLURMD_NODENAME:-this node} was started outside its container; the job script was not run" >&2
    sr_code=78
    ended
  fi
  # A cell of a sweep is set up by a file of its own (cell.sh).
  if [ -n "${sr_sweep-}" ] && ! cell "$sr_sweep"; then
    echo "slurm-runner: the parameters of this cell cannot be read, or its folder cannot be made" >&2
    sr_code=73
    ended
  fi
  for sr_name in TERM INT HUP QUIT XCPU; do
    # shellcheck disable=SC2064
    trap "stopped $sr_name" "$sr_name"
  done
  for sr_name in USR1 USR2 ALRM; do
    # shellcheck disable=SC2064
    trap "passed_on $sr_name" "$sr_name"
  done
  scratch
  while :; do
    run_script "$@"
    if [ "$sr_code$sr_signal" = 0 ] || [ -n "$sr_signal" ] || [ "${sr_retry:-0}" = 0 ]; then break; fi
    # A job of a flow may try again, here and now: whoever depends on it waits for this job.
    echo "slurm-runner: ended with $sr_code; again in $sr_retry_delay s, $sr_retry times at most" >&2
    sr_retry=$((sr_retry - 1))
    sleep "$sr_retry_delay" &
    sr_child=$!
    if [ -n "$sr_signal" ]; then kill "$sr_child" 2>/dev/null; fi
    wait "$sr_child"
    sr_child=''
    if [ -n "$sr_signal" ]; then break; fi
  done
  ended
}

# run_script INTERPRETER [ARG]: how it ended is in sr_code.
run_script() {
  # A shell starts background children with INT and QUIT ignored for good, but not under job control, on for this one moment.
  # dash has none without a terminal; coreutils' env knows how then, which busybox' shell has another of, built in.
  [ -n "$sr_together" ] || set -m 2>/dev/null
  case $- in
    *m*) ;;
    *) if /usr/bin/env --default-signal=INT,QUIT true 2>/dev/null; then set -- /usr/bin/env --default-signal=INT,QUIT "$@"; fi ;;
  esac
  "$@" "$sr_script" &
  sr_child=$!
  set +m
  for sr_name in $sr_early; do kill -s "$sr_name" "$sr_child" 2>/dev/null; done
  sr_early=''
  # A trapped signal ends `wait` early, with more than 128: the child lives on, or has just ended and its code is still to be
  # asked for. So such an answer counts only when it comes again, or when the shell, asked again, knows of no child (127). Where
  # the child's end overtakes the question bash says -1, and knows when asked again.
  sr_before='' sr_asked=0
  while :; do
    sr_woken='' sr_asked=$((sr_asked + 1))
    wait "$sr_child" 2>/dev/null
    sr_code=$?
    if [ "$sr_code" -lt 0 ] && [ "$sr_asked" -lt 100 ]; then continue; fi
    if [ "$sr_code" = 127 ] && [ -n "$sr_before" ]; then
      sr_code=$sr_before
      break
    fi
    if [ "$sr_code" -le 128 ] || [ "$sr_code$sr_woken" = "$sr_before" ]; then break; fi
    sr_before=''
    if [ -z "$sr_woken" ]; then sr_before=$sr_code; fi
  done
  sr_child=''
}
