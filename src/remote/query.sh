# All that is known about runs and their jobs, in one answer: what lies in the run directories, the queue, accounting.

# main SETUP PREFIX SETTLE [REMOTE_DIR]: standard input names run directories, a line each; with REMOTE_DIR all runs there
# are read too. SETTLE is how many thirds of a second to wait for a job whose marker says it has ended to leave the queue.
# Output, a record a line: `dir PATH`, `run …`, `marker RUN FILE LINE` (an empty RUN is that of the last `run`), of a sweep `sweep RUN COUNT
# WANTED`, of a flow `flow RUN GRAPH VERSION`, and `array RUN ATTEMPT ID INTENT CLAIM` for each of their arrays or jobs, `queue …` (`queue ID JOB TASK`: the rest as in the one before),
# `account …`, `job ID TASK RESTARTS CODE:SIGNAL`, `trouble …`.
main() {
  scheduler_ready "$1"
  prefix=$2 settle=$3 patient=$3 root=${4-}
  ids='' names='' sweeps='' ended='' oldest=$(now)
  while IFS= read -r dir; do inspect "$dir"; done
  if [ -n "$root" ]; then
    root=$(expand "$root")
    record dir "$root"
    for dir in "$root"/runs/*/; do
      dir=${dir%/}
      if ours "$dir"; then inspect "$dir"; fi
    done
  fi
  record now "$(now)"
  rows=$(scheduler_queue 2>&1) || {
    record trouble queue "$(printf '%s' "$rows" | head -n 1)"
    rows='' patient=0 # it would be silent to every further question too
  }
  while [ "$settle" -gt 0 ] && lingers; do
    sleep 0.3 2>/dev/null || sleep 1
    settle=$((settle - 1))
    rows=$(scheduler_queue 2>&1) || {
      record trouble queue "$(printf '%s' "$rows" | head -n 1)"
      rows=
    }
  done
  # The rows of an array's tasks mostly differ in the task alone: what follows it is then left out.
  [ -z "$rows" ] || printf '%s\n' "$rows" | awk -F "$US" -v OFS="$US" '{
    rest = substr($0, length($1 FS $2 FS $3 FS) + 1)
    if (rest != "" && rest == before) print "queue", $1, $2, $3
    else print "queue", $0
    before = rest
  }'
  account
}

# ours DIR: whether it is a run directory of mine, in a folder that others may use too. What bears another's manifest is not.
ours() {
  { [ -d "$1/.slurm-runner" ] && [ -O "$1" ] && ! [ -L "$1" ]; } || return 1
  [ -f "$1/.slurm-runner/manifest.json" ] || return 0
  { read -r _ && read -r line; } <"$1/.slurm-runner/manifest.json"
  [ "$line" = "\"run\": \"${1##*/}\"," ]
}

# inspect DIR: the newest attempt's claim and markers. Only builtins, for there may be a thousand of them.
inspect() {
  if ! [ -f "$1/.slurm-runner/manifest.json" ]; then
    record run "$1" gone
    return
  fi
  newest "$1"
  pushed=incomplete
  if [ -f "$1/.slurm-runner/removing" ]; then pushed=removing; fi
  if [ -f "$1/.slurm-runner/pushed" ]; then pushed=pushed; fi
  collected=
  if [ -f "$at/collected" ]; then collected=collected; fi
  first "$at/job_id"
  id=$line
  number "$at/intent"
  intent=$line
  earlier=
  if [ -z "$id" ]; then earlier=$(cat "$1"/.slurm-runner/attempt-*/job_id 2>/dev/null | tr '\n' ' '); fi
  # By this machine's clock: the time in a run's name is a laptop's, wherever that is.
  made=
  if [ "$attempt" = 0 ]; then made=$(date -r "$1/.slurm-runner/token" +%s 2>/dev/null); fi
  record run "$1" "$pushed" "$attempt" "$id" "$intent" "$collected" "$earlier" "$made"
  if [ -n "$intent" ] && [ "$intent" -lt "$oldest" ]; then oldest=$intent; fi
  for kind in sweep flow; do
    if [ -f "$1/.slurm-runner/$kind" ]; then
      "$kind" "$1"
      return
    fi
  done
  [ "$attempt" -gt 0 ] || return 0
  if [ -n "$id" ]; then ids=$ids,$id; else names=$names,$prefix${1##*/}; fi
  markers "$1"
}

# markers RUN: those of the attempt `at`.
markers() {
  for marker in "$at"/begin* "$at"/end*; do
    case $marker in *.tmp | *'*') continue ;; esac
    first "$marker"
    record marker "$1" "${marker##*/}" "$line"
    case $marker,$line in */end*,"$id "*' exit '*) ended="$ended $id" ;; esac
  done
}

# task_markers: those of an array's tasks, in the folder `at`. There may be thousands, which the shell would read byte by byte.
task_markers() (
  cd "$at" 2>/dev/null || exit
  for kind in begin end; do
    set -- "$kind".*[0-9]
    [ -f "$1" ] || continue
    printf '%s\n' "$@" | awk -v OFS="$US" '{ if ((getline line < $0) > 0) print "marker", "", $0, line; close($0) }'
  done
)

# sweep RUN: its arrays, all of which count; each is an attempt. Their ends are not waited for.
sweep() {
  first "$1/.slurm-runner/sweep"
  count=$line
  first "$1/.slurm-runner/wanted"
  record sweep "$1" "$count" "$line"
  parts "$1"
}

# flow RUN: its jobs, each of which is an attempt, too; GRAPH is what is still to be made whole (submit-flow.sh), or empty. VERSION tells
# whether flow.json is the one that is known here.
flow() {
  first "$1/.slurm-runner/flow"
  case $line in *' '*) version=${line#* } ;; *) version= ;; esac
  first "$1/.slurm-runner/graph"
  record flow "$1" "$line" "$version"
  parts "$1"
}

# parts RUN: what is an attempt of its own, with its markers.
parts() {
  nth=1
  while [ -f "$1/.slurm-runner/array-$nth" ] || [ -d "$1/.slurm-runner/attempt-$nth" ]; do
    at=$1/.slurm-runner/attempt-$nth
    number "$at/intent"
    intent=$line
    if [ -n "$intent" ] && [ "$intent" -lt "$oldest" ]; then oldest=$intent; fi
    first "$at/job_id"
    id=$line
    first "$1/.slurm-runner/array-$nth"
    case $line in *' '*' '*' '*' '*) name=${line##* }.${1##*/} ;; *) name=${1##*/} ;; esac
    record array "$1" "$nth" "$id" "$intent" "$line"
    case $id,$line in
      void,*) ;;
      ,*) names=$names,$prefix$name ;;
      *,'- '*) ids=$ids,$id ;;
      *) sweeps=$sweeps,$id ;;
    esac
    case $line in '- '*) markers "$1" ;; *) task_markers ;; esac
    nth=$((nth + 1))
  done
}

# lingers: whether a job that has ended by its own marker is still in the queue as running or completing.
lingers() {
  [ -n "$ended" ] && printf '%s\n' "$rows" | awk -F "$US" -v ended="$ended " \
    'index(ended, " " $2 " ") && $4 ~ /^(RUNNING|COMPLETING|CONFIGURING|STAGE_OUT|SIGNALING)$/ { found = 1 } END { exit !found }'
}

# account: accounting for what the queue no longer shows alive (or is about to let go); by name where an id never came back.
account() {
  live=$(printf '%s\n' "$rows" | awk -F "$US" "$LIVE && \$4 != \"COMPLETING\" { print \$2 }" | tr '\n' ' ')
  ids=$(printf '%s\n' "$ids" | tr ',' '\n' | sr_live=" $live" awk '
    $1 != "" && !index(ENVIRON["sr_live"], " " $1 " ") { printf "%s%s", sep, $1; sep = "," }')
  span=$(($(now) - oldest + 120))
  if [ -n "$ids" ]; then look "$span" -j "$ids"; fi
  # While some tasks of an array live the queue forgets those that have ended; of thousands the steps would be too much.
  if [ -n "$sweeps" ]; then look "$span" -X -j "${sweeps#,}"; fi
  if [ -n "$names" ]; then look "$span" -X --name="${names#,}"; fi
  # Only where the caller is about to act on the end of a few: it is one more question for each of those that the controller still knows.
  [ "$patient" -gt 0 ] || return 0
  # shellcheck disable=SC2086
  for id in $(printf '%s\n' "$rows" | awk -F "$US" -v ended="$ended " 'index(ended, " " $2 " ") && !seen[$2]++ && ++count <= 20 { print $2 }'); do
    scheduler_job "$id" | while read -r task restarts code; do record job "$id" "$task" "$restarts" "$code"; done
  done
}

look() {
  accounts=$(scheduler_accounting "$@" 2>&1) || {
    record trouble accounting "$(printf '%s' "$accounts" | head -n 1)"
    return 0
  }
  [ -z "$accounts" ] || printf '%s\n' "$accounts" | sed "s/^/account$US/"
}
