# The embedded executor's records, for the processes that run jobs and for whoever asks about them. A job is a folder BASE/ID of small
# files, one line each: name, dir, limit, submit, state, start, code, end; executor and leader, the processes that see to it and that it
# began with, and group; stop, the state it is about to end in; held, while it is; after, `all` or `any` and words KIND:ID (local-after.sh), while it
# waits for these; never, a `*` where that can not come to pass any more; kill, where it is to end then.
# Times are as `moment` has them. A job array has besides:
#   array     COUNT MIN MAX STEP LANES REASON RANGE…: LANES tasks run at a time, for REASON (squeue's) no more; a RANGE is FIRST:LAST:STEP
#   claims/T  an empty file: the task is a lane's now, or is never to begin; whoever made it sees to that
#   tasks/T/  a record as of a job, while the task runs
#   ended     lines `T STATE CODE START END .`, START being `- -` where it never began
#   lanes/N   a process that runs one task after another
#   due       the tasks whose partners have ended well (local-pairs.sh)
#   never     besides `*`, the tasks of which that is out of the question
#   spent     nothing is left to begin, though it is not its time yet
#   cancelled, end   the times of its being cancelled, and of its end. Whatever has not begun by then has ended so, or was lost.

# moment: now, in seconds since 1970 and as Slurm writes times.
moment() { date '+%s %Y-%m-%dT%H:%M:%S'; }

# lives FILE: whether the process whose identity is there still runs.
lives() {
  first "$1"
  [ -n "$line" ] && identify "${line%% *}" && [ "$identity" = "$line" ]
}

# awaited_yet JOB: its process has not come yet, but may still. Where it has its text, it comes within moments.
awaited_yet() {
  [ ! -f "$1/executor.sh" ] || { first "$1/submit" && [ $(($(now) - ${line%% *})) -lt 60 ]; }
}

# state_of JOB: its state in `state`; a job whose executor is gone (the machine was restarted) has failed with its node, and
# what may be left of it is ended, for nobody holds it to its limits or takes note of its end any more.
state_of() {
  first "$1/state"
  state=$line
  case $state in
    PENDING | RUNNING)
      if [ -f "$1/executor" ]; then ! lives "$1/executor"; else ! awaited_yet "$1"; fi || return 0
      # It may have ended between the two looks.
      first "$1/state"
      state=$line
      case $state in PENDING | RUNNING) ;; *) return 0 ;; esac
      if lives "$1/leader"; then kill -KILL "-${line%% *}" 2>/dev/null; fi
      state=NODE_FAIL
      put "$1/end" "$(moment)" && put "$1/state" NODE_FAIL
      ;;
  esac
}

# is_over ID: whether that job or array has ended. One that nobody knows any more has.
is_over() {
  if [ -f "$base/$1/array" ]; then
    settle_tasks "$base/$1"
    [ -f "$base/$1/end" ]
  else
    state_of "$base/$1"
    case $state in PENDING | RUNNING) false ;; esac
  fi
}

read_array() { read -r count min max step lanes reason ranges <"$1/array"; }

# each_task COMMAND...: calls it for the tasks of `ranges`, `task` being the number and `nth` its place among them from 1, until it fails.
each_task() {
  nth=0
  for range in $ranges; do
    task=${range%%:*} stride=${range##*:} last=${range#*:}
    last=${last%:*}
    while [ "$task" -le "$last" ]; do
      nth=$((nth + 1))
      "$@" || return 1
      task=$((task + stride))
    done
  done
}

# has_task ARRAY TASK: whether it has that one.
has_task() {
  read_array "$1"
  for range in $ranges; do
    first_task=${range%%:*} last=${range#*:}
    last=${last%:*}
    if [ "$2" -ge "$first_task" ] && [ "$2" -le "$last" ] && [ $((($2 - first_task) % ${range##*:})) = 0 ]; then return 0; fi
  done
  return 1
}

# make_new FILE TEXT: fails if there is such a file, which unlike lib.sh's claim may have gone again. A builtin, for there may be thousands.
make_new() {
  set -C
  { printf '%s' "$2" >"$1"; } 2>/dev/null
  made=$?
  set +C
  return "$made"
}

# take ARRAY TASK: claims a task; fails if somebody else has.
take() { make_new "$1/claims/$2" ''; }

# is_taken ARRAY: whether `task` is.
is_taken() { [ -e "$1/claims/$task" ]; }

# note_end ARRAY TASK STATE CODE START END: at once and on a line of its own, whatever a full disk has left of another. The newline at its end
# goes with it: bash writes the one before by itself, and another task's end may come between.
note_end() { printf '\n%s %s %s %s %s .\n' "$2" "$3" "$4" "$5" "$6" >>"$1/ended"; }

# settle_tasks ARRAY: in `state` that of tasks of which nothing else is known: as long as a process of it lives, they are begun sooner or later.
# Of one that nobody sees to any more this is the end.
settle_tasks() {
  state=PENDING
  if [ ! -f "$1/end" ]; then
    cared=''
    # Looked at first: its process may come while the others are looked at.
    if [ ! -f "$1/executor" ] && awaited_yet "$1"; then cared=yes; fi
    for process in "$1/executor" "$1"/lanes/*; do
      if [ -z "$cared" ] && lives "$process"; then cared=yes; fi
    done
    if [ -z "$cared" ] && [ ! -f "$1/end" ]; then close_array "$1"; fi
    [ -n "$cared" ] || state=NODE_FAIL
  fi
  if [ -f "$1/end" ]; then state=NODE_FAIL; fi
  if [ -f "$1/cancelled" ]; then state=CANCELLED; fi
}

# close_array ARRAY: nothing of it is begun any more.
close_array() {
  put "$1/end" "$(moment)"
  for record in "$1"/tasks/*; do
    if [ -f "$record/state" ]; then state_of "$record"; fi
  done
  rm -rf "$1/claims"
}
