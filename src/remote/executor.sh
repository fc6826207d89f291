# The embedded executor: one job's own process, which runs it, holds it to its time limit, and keeps the one true record of how it
# ended.

# main JOB SCRIPT DIR OUT ERR LIMIT CPUS NAME: JOB is the folder of its record; LIMIT in sbatch's forms.
main() {
  trap '' HUP
  job=$1 id=${1##*/} script=$2 dir=$3 out=$4 err=$5 limit=$6 cpus=$7 name=$8
  put "$job/executor" "$(identity "$$")"
  cd -- "$dir" || { put "$job/state" FAILED; exit 1; }
  (
    exec >>"$out" 2>>"$err"
    trap - HUP
    detached env -i HOME="$HOME" PATH="$PATH" USER="${USER-$(id -un)}" LOGNAME="${LOGNAME-$(id -un)}" \
      SHELL="${SHELL-/bin/sh}" ${LANG+LANG="$LANG"} ${LC_ALL+LC_ALL="$LC_ALL"} ${TZ+TZ="$TZ"} ${TMPDIR+TMPDIR="$TMPDIR"} \
      SLURM_JOB_ID="$id" SLURM_JOBID="$id" SLURM_JOB_NAME="$name" SLURM_SUBMIT_DIR="$dir" SLURM_NTASKS=1 SLURM_PROCID=0 \
      SLURM_RUNNER_TOGETHER=1 SLURM_JOB_NODELIST="$(uname -n)" SLURMD_NODENAME="$(uname -n)" ${cpus:+SLURM_CPUS_PER_TASK="$cpus"} \
      sh "$script"
  ) &
  child=$!
  put "$job/start" "$(now)"
  put "$job/leader" "$(identity "$child")"
  put "$job/group" "$child"
  put "$job/state" RUNNING
  seconds=$(seconds "$limit")
  if [ "$seconds" -gt 0 ]; then
    (
      trap 'kill "$!"; exit' TERM
      sleep "$seconds" &
      wait "$!"
      put "$job/stop" TIMEOUT
      end_group "$child"
    ) &
    timer=$!
  fi
  wait "$child"
  code=$?
  # What it left in the background ends with it, as on Slurm.
  kill -KILL "-$child" 2>/dev/null
  if [ -n "${timer-}" ]; then kill "$timer" 2>/dev/null; fi
  put "$job/code" "$code"
  put "$job/end" "$(now)"
  first "$job/stop"
  if [ -n "$line" ]; then put "$job/state" "$line"
  elif [ "$code" = 0 ]; then put "$job/state" COMPLETED
  else put "$job/state" FAILED
  fi
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
