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

# scheduler_cancel ID: one job, array or array task.
scheduler_cancel() {
  job=$base/${1%%_*}
  if [ -f "$job/array" ]; then
    case $1 in *_*) cancel_tasks "${1#*_}" ;; *) cancel_tasks ;; esac
    return
  fi
  put "$job/stop" CANCELLED
  # It may be about to begin.
  waited=0
  until first "$job/group" && [ -n "$line" ]; do
    if is_over "$1"; then return 0; fi
    [ "$waited" -lt 5 ] || return 1
    sleep 1
    waited=$((waited + 1))
  done
  (end_group "$line") >/dev/null 2>&1 </dev/null &
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

# stop_begun TASK: marks the tasks that have begun, their process groups in `groups`; fails while one is about to begin.
stop_begun() {
  groups='' begins=''
  for record in "$job"/tasks/$1; do
    [ -d "$record" ] || continue
    state_of "$record"
    case $state in PENDING | RUNNING | '') ;; *) continue ;; esac
    [ -f "$record/stop" ] || put "$record/stop" CANCELLED 2>/dev/null
    first "$record/group"
    if [ -n "$line" ]; then groups="$groups $line"; elif [ -d "$record" ]; then begins=yes; fi
  done
  [ -z "$begins" ]
}
