# A job array of the embedded executor: as many processes as tasks may run at a time, its lanes, each of which runs one task after
# another. Whatever becomes of one of them, the others go on.

# run_array ARGUMENT...: starts the lanes, when it is time, with the arguments of main, and closes the array behind them.
run_array() {
  if is_due; then
    read_array "$job"
    if [ -n "$pairs" ]; then run_pairs "$@"; else run_lanes "$@"; fi
  fi
  close_array "$job"
  put "$job/state" COMPLETED
}

run_lanes() {
  # Of lanes that were killed others take the place, but not for ever: something may be wrong with this machine.
  round=0
  while [ "$round" -lt 3 ] && [ ! -f "$job/cancelled" ] && ! each_task is_taken "$job"; do
    round=$((round + 1)) lane=0
    while [ "$lane" -lt "$lanes" ]; do
      lane=$((lane + 1))
      (detached sh "$job/executor.sh" "$@" "$round.$lane") &
    done
    wait
  done
}

# run_tasks LANE: one after another, in order, those that no other lane has; where they wait for partners, those that are due now.
run_tasks() {
  me=$(identity "$$")
  put "$job/lanes/$1" "$me"
  read_array "$job"
  first "$job/due"
  due=$line
  each_task run_task
  rm -f "$job/lanes/$1"
}

# run_task: `task`, if nobody has it; fails when the array is cancelled.
run_task() {
  if [ -f "$job/cancelled" ] || [ -f "$job/end" ]; then return 1; fi
  if [ -n "$due" ]; then
    case " $due " in *" $task "*) ;; *) return 0 ;; esac
  fi
  if is_taken "$job" || ! take "$job" "$task"; then return 0; fi
  at=$job/tasks/$task
  if ! mkdir "$at" || ! put "$at/executor" "$me" || ! put "$at/state" PENDING; then
    note_end "$job" "$task" FAILED 1 '- -' "$(moment)"
    return 0
  fi
  # Whoever cancels it looks at the tasks that are there only after this.
  if [ -f "$job/cancelled" ]; then
    note_end "$job" "$task" CANCELLED 0 '- -' "$(moment)" && rm -rf "$at"
    return 1
  fi
  run_job "$at" "$((id + nth))" SLURM_ARRAY_JOB_ID="$id" SLURM_ARRAY_TASK_ID="$task" SLURM_ARRAY_TASK_COUNT="$count" \
    SLURM_ARRAY_TASK_MIN="$min" SLURM_ARRAY_TASK_MAX="$max" SLURM_ARRAY_TASK_STEP="$step"
  note_end "$job" "$task" "$state" "$code" "$started" "$ended" && rm -rf "$at"
}
