# Submits a run's attempt once, however often it is called: the attempt's directory is the claim, the job id in it the answer.

# main RUN ATTEMPT NAME SETUP JOB SCRIPT SECRETS INSIDE OPTION...: JOB is what the scheduler gets, SCRIPT the rendered script that JOB
# runs as its child, SECRETS lines of assignments or empty, INSIDE what each task runs first in a container (inside.sh), or empty.
main() {
  # The link may break at any moment; what has begun here is finished all the same.
  trap '' HUP PIPE
  # First, for what it exports might have the names of ours.
  scheduler_ready "$4"
  run=$1 wanted=$2 name=$3 job=$5 script=$6 secrets=$7 inside=$8
  shift 8
  meta=$run/.slurm-runner
  [ -f "$meta/manifest.json" ] || answer gone
  [ -f "$meta/pushed" ] || answer incomplete
  # Submitted again since: the run's job is the newest one.
  newest "$run"
  if [ "$attempt" -lt "$wanted" ]; then at=$meta/attempt-$wanted; fi
  if ! mkdir "$at" 2>/dev/null; then
    [ -d "$at" ] || unwritable "$meta"
    settle
  fi
  # Being removed this very moment.
  if ! [ -f "$meta/pushed" ]; then
    rmdir "$at"
    answer gone
  fi
  prepare || {
    rm -rf "$at"
    unwritable "$meta"
  }
  submit "$@"
}

prepare() {
  put "$at/intent" "$(now)" && put "$at/script" "$script" && put "$at/job.sh" "$job" || return 1
  [ -z "$inside" ] || put "$meta/inside" "$inside" || return 1
  rm -f "$meta/secrets"
  [ -z "$secrets" ] || (umask 077 && put "$meta/secrets" "$secrets")
}

# given_up: the secrets first, for they are the next try's as soon as the attempt is free.
given_up() {
  rm -f "$meta/secrets"
  rm -rf "$at"
}

# settle: the attempt exists. Answers with its id, or returns when it is certain that nothing was submitted and the attempt
# is ours to make.
settle() {
  until awaited; do
    if mkdir "$at" 2>/dev/null; then return; fi
  done
  [ -z "$line" ] || answer existing "$line"
  # Broken off before sbatch: of several who see that, one claims the succession to this very try.
  claim "$at/over-$begun" "$(now)" || answer unknown 'another command is submitting this run'
}
