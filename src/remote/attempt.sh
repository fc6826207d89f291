# One attempt at submission: its claim stands before sbatch is called, its job is looked for before it is called again, and the id is
# kept in the same breath. The caller sets run, meta, name and at, the attempt's folder.

# How long, in seconds, somebody else's submission may take before it counts as broken off. sbatch gives up after
# MessageTimeout (10 s by default, sites set 60), and slurmctld may still take a late request up.
GRACE=180

# answer WORD [TEXT]: the one line the caller reads.
answer() {
  printf '%s%s%s\n' "$1" "$US" "$2"
  exit 0
}

# unwritable FOLDER: answers that nothing can be written to it, with the disk's word on that.
unwritable() {
  word=$({ echo | cat >"$1/word.$$.tmp"; } 2>&1)
  rm -f "$1/word.$$.tmp"
  answer failed "cannot write to $1${word:+: ${word##*: }}"
}

# awaited: gives somebody else's try its time; the attempt's id is then in `line`, which is empty where it is certain that nothing was
# submitted. Fails where the attempt is gone: refused meanwhile, and cleared away.
awaited() {
  waited=0
  while :; do
    first "$at/job_id"
    [ -z "$line" ] || return 0
    [ -d "$at" ] || return 1
    begun
    age=$(($(now) - begun))
    if [ "$waited" -ge 20 ] || [ "$age" -ge "$GRACE" ]; then break; fi
    sleep 1
    waited=$((waited + 1))
  done
  line=$(look_up) || answer unknown "$(cat "$at/lookup" 2>/dev/null)"
  if [ -n "$line" ]; then
    keep "$line"
  elif [ "$age" -lt "$GRACE" ]; then
    answer unknown "submitted $age s ago, not in the queue yet"
  fi
}

# begun: when the newest try at this attempt was begun, in seconds; `over-TIME` tells when somebody took over from the try of TIME.
begun() {
  number "$at/intent"
  [ -n "$line" ] || claim "$at/intent" "$(now)"
  begun=${line:-$(now)}
  while [ -s "$at/over-$begun" ]; do
    first "$at/over-$begun"
    begun=$line
  done
}

# keep ID: notes the job id, unless another is there. Without a process, for there may be hundreds: it may be empty for a moment, and where
# a full disk has left it so somebody else who knows the id writes it.
keep() {
  set -C
  { printf '%s\n' "$1" >"$at/job_id"; } 2>/dev/null
  kept=$?
  set +C
  [ "$kept" = 0 ] || [ -s "$at/job_id" ] || put "$at/job_id" "$1" 2>/dev/null
}

# look_up: the id of the job with our name in our directory that no earlier attempt owns; fails when Slurm does not answer.
look_up() {
  # The job itself may have said so, though a full disk kept no id.
  for marker in "$at"/begin* "$at"/end*; do
    first "$marker"
    [ -z "$line" ] || { printf '%s\n' "${line%% *}"; return; }
  done
  rows=$(scheduler_queue 2>"$at/lookup") || return 1
  known=" $(cat "$meta"/attempt-*/job_id 2>/dev/null | tr '\n' ' ')"
  # Through the environment: awk -v would read backslashes in a path.
  found=$(printf '%s\n' "$rows" | sr_name=$name sr_dir=$run sr_known=$known awk -F "$US" \
    '$14 == ENVIRON["sr_name"] && $13 == ENVIRON["sr_dir"] && !index(ENVIRON["sr_known"], " " $2 " ") { print $2; exit }')
  if [ -z "$found" ]; then
    number "$at/intent"
    # Accounting may be off, that is no failure; a record may be young and have no directory yet.
    found=$(scheduler_accounting $(($(now) - ${line:-0} + 60)) -X --name="$name" 2>/dev/null |
      sr_dir=$run sr_known=$known awk -F "$US" '$16 == ENVIRON["sr_dir"] || $16 == "" {
        sub(/_.*/, "", $1)
        if (!index(ENVIRON["sr_known"], " " $1 " ")) { print $1; exit }
      }')
  fi
  printf '%s\n' "$found"
}

# id_in TEXT: the job's id in what sbatch printed: `12345;cluster`, or after the banner of a site's wrapper.
id_in() {
  printf '%s\n' "$1" | sed -n 's/^ *\([0-9][0-9]*\)\(;.*\)\{0,1\}$/\1/p; s/^Submitted batch job \([0-9][0-9]*\).*/\1/p' | tail -n 1
}

# taken_in ID: it is our job, unless it took so long that somebody gave the attempt up, or has made it meanwhile. Such a job ends without
# doing anything, but not while it is held.
taken_in() {
  keep "$1"
  first "$at/job_id"
  case $line in '' | "$1") answer submitted "$1" ;; esac
  scheduler_cancel "$1" >/dev/null 2>&1 || answer unknown "job $1 is one too many, and could not be cancelled"
  [ "$line" != void ] || answer changed
  answer existing "$line"
}

# looked_for: answers if the job is there all the same: by its own first line, or in the queue.
looked_for() {
  first "$at/job_id"
  [ "$line" != void ] || answer changed
  [ -n "$line" ] || line=$(look_up)
  [ -z "$line" ] || taken_in "$line"
}

# submit OPTION...: answers `submitted`, `existing` (another job has the attempt, of this one nothing is left), `changed` (it was made void),
# `refused` (after given_up, the caller's, has cleared the attempt away) or `unknown`. The id is written in the same breath; the job's own
# first line writes it again.
submit() {
  out=$(scheduler_submit "$@" "$at/job.sh" 2>"$at/sbatch")
  code=$?
  case $out in
    '' | *[!0-9]*) id=$(id_in "$out") ;;
    *) id=$out ;;
  esac
  if [ "$code" = 0 ] && [ -n "$id" ]; then taken_in "$id"; fi
  if [ "$code" -gt 0 ] && ! scheduler_ambiguous "$at/sbatch" "$code"; then
    # A wrapper of the site's may fail after the job was taken in.
    looked_for
    first_lines=$(head -c 4000 "$at/sbatch")
    given_up
    answer refused "$(printf '%s' "$first_lines" | tr '\n' "$RS")"
  fi
  # No clear answer. It may have been submitted all the same: look before anybody tries again.
  # By the clock: a scheduler that is down takes its time to say so.
  until=$(($(now) + 15))
  while [ "$(now)" -lt "$until" ]; do
    looked_for
    sleep 1
  done
  answer unknown "$(tr '\n' "$RS" <"$at/sbatch")"
}
