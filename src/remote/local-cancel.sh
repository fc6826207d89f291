# How the embedded executor cancels jobs, and lets those go that are held.

# scheduler_release ID: lets a job or array go that was submitted held.
scheduler_release() {
  case $1 in
    *_*)
      echo "the embedded executor lets the tasks of an array go together: ${1%%_*}" >&2
      return 1
      ;;
  esac
  job=$base/$1
  if is_over "$1" || [ -f "$job/stop" ] || [ -f "$job/cancelled" ] || ! rm "$job/held" 2>/dev/null; then
    echo "job $1 is not held" >&2
    return 1
  fi
}

# scheduler_release_all ID...: lets go those of these jobs and arrays that are held; the others, and those that have ended, are as they were.
scheduler_release_all() (
  for id; do
    set -- "$@" "$base/$id/held"
    shift
  done
  rm -f "$@"
)

# scheduler_cancel ID...: jobs, arrays and array tasks. Silent about ids it does not know, as scancel is. In a process of its own, as is the
# one before, for the callers have variables of these names.
scheduler_cancel() { (cancel_each "$@"); }

cancel_each() {
  failed='' ids=''
  for one; do
    job=$base/${one%%_*}
    if [ ! -f "$job/state" ]; then continue; fi
    if [ ! -f "$job/array" ]; then
      case $one in *_*) continue ;; esac
      ids="$ids $one"
      put "$job/stop" CANCELLED
      continue
    fi
    case $one in *_*) cancel_tasks "${one#*_}" ;; *) cancel_tasks ;; esac || failed=yes
  done
  # They may be about to begin.
  waited=0 groups=''
  until stop_jobs; do
    if [ "$waited" = 10 ]; then
      failed=yes
      break
    fi
    sleep 1
    waited=$((waited + 1))
  done
  # shellcheck disable=SC2086
  if [ -n "$groups" ]; then (end_group $groups) >/dev/null 2>&1 </dev/null & fi
  [ -z "$failed" ]
}

# stop_jobs: adds the process groups of those of `ids` that run to `groups`; leaves in `ids` what has neither begun nor ended, and fails if there is any.
stop_jobs() {
  left=''
  for one in $ids; do
    if is_over "$one"; then continue; fi
    first "$base/$one/group"
    if [ -n "$line" ]; then groups="$groups $line"; else left="$left $one"; fi
  done
  ids=$left
  [ -z "$ids" ]
}

# cancel_tasks [TASK]: of the array `job` one or all. What has not begun never will.
cancel_tasks() {
  if [ $# = 0 ]; then
    put "$job/cancelled" "$(moment)" || return 1
  else
    if take "$job" "$1"; then note_end "$job" "$1" CANCELLED 0 '- -' "$(moment)"; fi
    read_array "$job"
    if each_task is_taken "$job"; then put "$job/spent" yes; fi
  fi
  waited=0
  until stop_begun "${1:-*}"; do
    [ "$waited" -lt 5 ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
  # shellcheck disable=SC2086
  (end_group $groups) >/dev/null 2>&1 </dev/null &
}

# has_ended TASK: whether its end is noted.
has_ended() { awk -v task="$1" '$1 == task && NF == 8 && $8 == "." { found = 1 } END { exit !found }' "$job/ended"; }

# stop_begun TASK: marks the tasks that have begun, their process groups in `groups`; fails while one is about to begin.
stop_begun() {
  groups='' begins=''
  for record in "$job"/tasks/$1; do
    if [ ! -d "$record" ]; then
      # One that is taken and of which nothing is noted has its record in a moment.
      if [ "$1" != '*' ] && [ ! -f "$job/end" ] && ! has_ended "$1"; then begins=yes; fi
      continue
    fi
    state_of "$record"
    case $state in PENDING | RUNNING | '') ;; *) continue ;; esac
    [ -f "$record/stop" ] || put "$record/stop" CANCELLED 2>/dev/null
    first "$record/group"
    if [ -n "$line" ]; then groups="$groups $line"; elif [ -d "$record" ]; then begins=yes; fi
  done
  [ -z "$begins" ]
}
