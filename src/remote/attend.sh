# A shell's job, with the streams of whoever sits before it: claims the run, runs the rendered script in the foreground, and leaves the
# same markers as a job of its own would (supervisor.sh, whose functions it uses).

# attend RUN ATTEMPT INTERPRETER [ARG]
attend() {
  sr_run=$1 sr_at=$1/.slurm-runner/attempt-$2
  shift 2
  # One shell is enough; the other tasks' places are for what it starts.
  if [ "${SLURM_PROCID:-0}" != 0 ]; then exit 0; fi
  sr_job=$SLURM_JOB_ID sr_life=0 sr_of='' sr_signal='' sr_script=$sr_at/script sr_scratch=''
  (set -C && printf '%s\n' "$sr_job" >"$sr_at/job_id") 2>/dev/null
  note "$sr_at/begin" "$sr_job $sr_life $(date +%s) ${SLURM_JOB_NODELIST-}"
  # shellcheck disable=SC1091
  if [ -r "$sr_run/.slurm-runner/secrets" ]; then . "$sr_run/.slurm-runner/secrets"; fi
  # What would bind an srun of the user's as this step is, or hand on too much.
  unset SLURM_CPU_BIND SLURM_CPU_BIND_LIST SLURM_CPU_BIND_TYPE SLURM_CPU_BIND_VERBOSE SLURM_MPI_TYPE SLURM_EXPORT_ENV SLURM_WAIT
  if [ -n "${SLURM_CPUS_PER_TASK-}" ]; then export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"; fi
  # Of the tasks only this one is to show that it is in its container.
  export SLURM_STEP_NUM_TASKS=1
  cd "$sr_run" || exit 66
  # Whoever started slurmd may have had Ctrl-C ignored, which is inherited.
  if env --default-signal=INT,QUIT true 2>/dev/null; then set -- env --default-signal=INT,QUIT "$@"; fi
  trap : INT QUIT
  trap 'sr_signal=TERM' TERM
  trap 'sr_signal=HUP' HUP
  scratch
  "$@" "$sr_script"
  sr_code=$?
  ended
}
