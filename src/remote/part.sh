# A run of several submissions, a sweep's arrays or a flow's jobs: each is an attempt of the run, and the claim on it a file `array-N` of words:
# OFFSET TASKS THROTTLE SCRIPTS, and of a flow JOB (`-` for what there is not). For cell.sh and query.sh.

# unsettled: sees to an attempt whose id is not known, whichever it is, for a full disk may have kept none; one that was never submitted is
# made void, so that a late job of it ends at once.
unsettled() {
  newest "$run"
  next=$meta/array-$((attempt + 1))
  # Nobody is at it, for a claim is never empty (claim); a disk has lost it.
  if [ -e "$next" ] && ! [ -s "$next" ]; then rm -f "$next"; fi
  if [ -e "$next" ]; then
    mkdir -p "$meta/attempt-$((attempt + 1))"
    newest "$run"
  fi
  [ "$attempt" = "$seen" ] || answer changed
  nth=$attempt
  while [ "$nth" -gt 0 ]; do
    at=$meta/attempt-$nth
    first "$at/job_id"
    [ -n "$line" ] || settle_part "$nth"
    nth=$((nth - 1))
  done
}

settle_part() {
  first "$meta/array-$1"
  case $line in *' '*' '*' '*' '*) name=$prefix${line##* }.${run##*/} ;; esac
  if awaited && [ -z "$line" ]; then claim "$at/job_id" void; fi
  answer changed
}

# enter CLAIM SCRIPT JOB: makes the attempt `number` ours, with what its job is made of; SCRIPT is empty where cells have their own.
# `moment` is when that is, in seconds.
enter() {
  if ! claim_of_many "$meta/array-$number" "$1"; then
    if [ -s "$meta/array-$number" ]; then answer changed; fi
    unwritable "$meta"
  fi
  at=$meta/attempt-$number
  # Somebody who takes the claim for an abandoned one may have made it (unsettled).
  mkdir "$at" 2>/dev/null || [ -d "$at" ] || unwritable "$meta"
  # Being removed this very moment.
  if ! [ -f "$meta/pushed" ]; then
    given_up
    answer gone
  fi
  # Straight into their places, nobody reads them before the sbatch below; with many of them every process counts.
  if ! printf '%s\n' "$moment" >"$at/intent" || ! printf '%s\n' "$3" >"$at/job.sh" ||
    ! { [ -z "$2" ] || printf '%s\n' "$2" >"$at/script"; }; then
    given_up
    unwritable "$meta"
  fi
}

# tidied: what claims leave.
tidied() { rm -f "$meta"/array-*".$$.tmp"; }

# given_up: the claim first, for what is left of an attempt without one is nobody's.
given_up() { rm -rf "$meta/array-$number" "$at"; }

# keep_secrets SECRETS INSIDE: what all of them share.
keep_secrets() {
  [ -z "$2" ] || put "$meta/inside" "$2" || return 1
  [ -z "$1" ] || (umask 077 && put "$meta/secrets" "$1")
}

# keep_scripts: the scripts of cells that have their own come on standard input; the name of their file is in `scripts` then.
keep_scripts() {
  # Submissions from before may still need theirs, and another command may be as far as this one.
  scripts=scripts-$((attempt + 1))-$$
  cat >"$meta/$scripts.tmp" || return 1
  # Where the link broke there is an end, too, but not this one.
  if [ "$(tail -n 1 "$meta/$scripts.tmp")" != E ]; then
    rm -f "$meta/$scripts.tmp"
    answer changed
  fi
  mv "$meta/$scripts.tmp" "$meta/$scripts"
}
