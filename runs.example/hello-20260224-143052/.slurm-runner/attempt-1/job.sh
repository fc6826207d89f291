#!/bin/sh
#SBATCH --open-mode=append
# Written by slurm-runner. The job itself is the file `script` beside this one.
export GREETING='Hello from'
scratch() {
  sr_base=${TMPDIR:-/tmp}
  if [ -n "${sr_tmpdir-}" ] || [ "${SLURM_JOB_NUM_NODES:-1}" != 1 ]; then return; fi
  if grep -qs -e --container-image "$sr_script" && ! grep -qs TMPDIR "$sr_script"; then return; fi
  if [ "$sr_base" = /tmp ] && [ -z "${sr_together-}" ]; then
    sr_base=$(sed -n 's/^[[:blank:]]*[Tt][Mm][Pp][Ff][Ss][[:blank:]]*=[[:blank:]]*\([^[:blank:]#]*\).*/\1/p' \
      /run/slurm/conf/slurm.conf "${SLURM_CONF:-/etc/slurm/slurm.conf}" 2>/dev/null | tail -n 1)
    shared "$sr_base" || sr_base=/tmp
  fi
  case $sr_base in /*) [ -d "$sr_base" ] ;; *) false ;; esac || sr_base=/tmp
  if [ -z "${sr_together-}" ] && ! shared "$sr_base"; then return; fi
  sr_scratch=$(mktemp -d "$sr_base/slurm-runner.$SLURM_JOB_ID.XXXXXX" 2>/dev/null) || sr_scratch=''
  if [ -n "$sr_scratch" ]; then export TMPDIR="$sr_scratch"; fi
}
shared() { case $(ls -ldL -- "$1/" 2>/dev/null) in d???????w*) ;; *) return 1 ;; esac }
cleared() {
  case ${sr_scratch-} in /*/slurm-runner.*) ;; *) return 0 ;; esac
  {
    find "$sr_scratch" -xdev -type d ! -perm -700 -exec chmod u+rwx {} \;
    find "$sr_scratch" -xdev ! -type d -exec rm -f {} +
    if ! [ -L "$sr_scratch" ]; then (cd "$sr_scratch" && find . -xdev -type d -exec rmdir -p {} +); fi
    rmdir "$sr_scratch"
  } >/dev/null 2>&1
}

note() { { printf '%s\n' "$2" >"$1.$$.tmp" && mv -f "$1.$$.tmp" "$1" || rm -f "$1.$$.tmp"; } 2>/dev/null || :; }
stopped() {
  sr_woken=1 sr_signal=$1
  note "$sr_at/end$sr_of" "$sr_job $sr_life signal $sr_signal"
  passed_on "$1"
}
passed_on() {
  sr_woken=1
  if [ -n "$sr_child" ]; then kill -s "$1" "$sr_child" 2>/dev/null; else sr_early="$sr_early $1"; fi
}
contained() {
  sr_inside=$sr_run/.slurm-runner/inside-$SLURM_JOB_ID-$sr_life
  [ -d "$sr_inside" ] || return 0
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
ended() {
  if [ "$sr_code$sr_signal" = 0 ] && ! contained; then sr_code=1; fi
  trap '' TERM INT HUP QUIT XCPU USR1 USR2 ALRM
  if [ -n "$sr_signal" ]; then sr_how="signal $sr_signal"; else sr_how='exit'; fi
  note "$sr_at/end$sr_of" "$sr_job $sr_life $sr_how $sr_code"
  cleared
  [ -z "${sr_notify-}" ] || (eval "$sr_notify")
  exit "$sr_code"
}
supervise() {
  sr_run=$1 sr_at=$1/.slurm-runner/attempt-$2
  shift 2
  sr_job=${SLURM_ARRAY_JOB_ID:-$SLURM_JOB_ID} sr_life=${SLURM_RESTART_COUNT:-0}
  sr_of=${SLURM_ARRAY_TASK_ID:+.$SLURM_ARRAY_TASK_ID}
  (set -C && printf '%s\n' "$sr_job" >"$sr_at/job_id") 2>/dev/null
  sr_owner=
  { read -r sr_owner _ <"$sr_at/job_id"; } 2>/dev/null
  if [ "${sr_owner:-$sr_job}" != "$sr_job" ]; then
    echo "slurm-runner: this run belongs to job $sr_owner; job $sr_job ends without doing anything" >&2
    exit 75
  fi
  rm -f "$sr_at/end$sr_of" 2>/dev/null
  note "$sr_at/begin$sr_of" "$sr_job $sr_life $(date +%s) ${SLURM_JOB_NODELIST-} ${SLURM_ARRAY_TASK_COUNT-}"
  if [ -r "$sr_run/.slurm-runner/secrets" ]; then . "$sr_run/.slurm-runner/secrets"; fi
  unset SLURM_EXPORT_ENV
  if [ -n "${SLURM_CPUS_PER_TASK-}" ]; then export SRUN_CPUS_PER_TASK="$SLURM_CPUS_PER_TASK"; fi
  sr_together=${SLURM_RUNNER_TOGETHER-}
  unset SLURM_RUNNER_TOGETHER
  [ -n "${sr_workdir-}" ] || cd "$sr_run" || exit 66
  sr_script=$sr_at/script sr_scratch='' sr_signal='' sr_early='' sr_child='' sr_code=''
  if [ -n "${sr_contained-}" ] && ! [ -e /.lock ]; then
    echo "slurm-runner: task ${SLURM_PROCID:-0} on ${SLURMD_NODENAME:-this node} was started outside its container; the job script was not run" >&2
    sr_code=78
    ended
  fi
  if [ -n "${sr_sweep-}" ] && ! cell "$sr_sweep"; then
    echo "slurm-runner: the parameters of this cell cannot be read, or its folder cannot be made" >&2
    sr_code=73
    ended
  fi
  for sr_name in TERM INT HUP QUIT XCPU; do
    trap "stopped $sr_name" "$sr_name"
  done
  for sr_name in USR1 USR2 ALRM; do
    trap "passed_on $sr_name" "$sr_name"
  done
  scratch
  while :; do
    run_script "$@"
    if [ "$sr_code$sr_signal" = 0 ] || [ -n "$sr_signal" ] || [ "${sr_retry:-0}" = 0 ]; then break; fi
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
run_script() {
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

supervise /mnt/cluster/ada/project/runs/hello-20260224-143052 1 /bin/bash

