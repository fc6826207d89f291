# Every task's first act in its container: it shows that it is in the image the run is pinned to, leaves word of that for the supervisor,
# and becomes the command. It comes as text, `/bin/sh -c TEXT inside COMMAND...`, and not by a path: where a node started the task
# without its container, there would be nothing at that path and nobody to say so. Of a run with several images the word is not `inside`
# but that with what the name of this one's link has behind `image`.
# Variables are called sr_…: one of the job's own name would be exported to the command with our value.

sr_meta=/workspace/.slurm-runner
sr_task="task ${SLURM_PROCID:-0} on ${SLURMD_NODENAME:-this node}"
sr_wanted=- sr_found=

# /.lock is enroot's, /.singularity.d apptainer's; in a bare .sqsh file apptainer leaves its word in the environment alone.
if ! { [ -e /.lock ] || [ -d /.singularity.d ] || [ -n "${APPTAINER_CONTAINER-}${SINGULARITY_CONTAINER-}" ]; } || ! [ -d "$sr_meta" ]; then
  echo "slurm-runner: $sr_task was started outside its container; its command was not run" >&2
  exit 78
fi
case $0 in inside-*) sr_which=${0#inside} ;; *) sr_which= ;; esac
{ read -r sr_wanted <"$sr_meta/identity$sr_which"; } 2>/dev/null
{ read -r sr_found <"/etc/slurm-runner-image"; } 2>/dev/null
if [ "${sr_wanted:--}" != - ] && [ "$sr_wanted" != "$sr_found" ]; then
  echo "slurm-runner: $sr_task is in another image than the one of this run; its command was not run" >&2
  exit 78
fi
if ! printf '%s\n' "${SLURM_STEP_NUM_TASKS:-${SLURM_NTASKS:-1}}" \
  >"$sr_meta/inside-${SLURM_JOB_ID:-0}-${SLURM_RESTART_COUNT:-0}/${SLURM_PROCID:-0}"; then
  echo "slurm-runner: $sr_task cannot leave word that it runs in its container; its command was not run" >&2
  exit 78
fi
# Many images have no bash, and most commands can do without.
if [ "$1" = bash ] && ! command -v bash >/dev/null; then
  shift
  set -- sh "$@"
fi
unset sr_meta sr_task sr_which sr_wanted sr_found
exec "$@"
