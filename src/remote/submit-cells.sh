# Submits cells of a sweep as job arrays, each once: an array is an attempt of the run, and the claim on it is a file that says which
# cells it has. A cell is the number OFFSET + SLURM_ARRAY_TASK_ID.
# Output, a record a line: `array ATTEMPT ID CELLS` for each that was submitted, then how it ended: `whole`, `changed` (there is another
# attempt than the caller knows of, or one of them is settled only now: look again), `deferred TEXT` (Slurm takes no more of them at
# present), or as in submit.sh `refused TEXT`, `unknown TEXT`, `failed TEXT`, `gone`, `incomplete`.

# main RUN SEEN NAME SETUP SCRIPT SECRETS INSIDE COUNT WANTED SLOTS AFTER DEPENDENCY GROUPS [CELLS BEFORE BEHIND]... OPTION...
# SEEN is the newest attempt that the caller knows of; COUNT how many cells the sweep has, WANTED those asked for so far, noted where
# Slurm does not take all; SLOTS how many tasks may run at a time, empty for any number; AFTER the arrays (`1:2`) that have to end
# before, empty for none; DEPENDENCY the profile's own. Of each of GROUPS groups, whose jobs have different headers, the cells and the
# job before and behind its attempt's number. Without SCRIPT the cells' own scripts come on standard input (cell.sh).
main() {
  trap '' HUP PIPE
  scheduler_ready "$4"
  run=$1 seen=$2 name=$3 script=$5 secrets=$6 inside=$7 count=$8 wanted=$9
  shift 9
  slots=$1 after=$2 dependency=$3 groups=$4
  shift 4
  meta=$run/.slurm-runner
  [ -f "$meta/manifest.json" ] || answer gone
  [ -f "$meta/pushed" ] || answer incomplete
  unsettled
  limit=$(scheduler_array_limit)
  queued=
  group=0
  while [ "$group" -lt "$groups" ]; do
    group=$((group + 1))
    eval "before_$group=\$2 behind_$group=\$3"
    queued="$queued$(arrays "$1" "${limit:-0}" "$group")
"
    shift 3
  done
  prepare_run || answer failed "cannot write to $meta"
  lanes=$(printf '%s' "$queued" | grep -c .)
  if [ -n "$slots" ] && [ "$slots" -lt "$lanes" ]; then lanes=$slots; fi
  lane=0
  while [ -n "$queued" ]; do
    next=${queued%%"
"*}
    queued=${queued#*"
"}
    [ -n "$next" ] || continue
    # shellcheck disable=SC2086
    set_array $next
    number=$((attempt + 1))
    said=$(submit_array "$@")
    case $said in
      submitted*)
        attempt=$number
        id=${said#*"$US"}
        eval "lane_$lane=\$id"
        lane=$(((lane + 1) % lanes))
        record array "$number" "$id" "$(cells_of "$offset" "$tasks")"
        ;;
      refused*SubmitJob*Limit*)
        # How many it would take nobody tells: a limit may be the user's, the account's, the partition's, or shared.
        halves=$(halved "$offset" "$tasks" "$group")
        if [ -z "$halves" ]; then
          put "$meta/wanted" "$wanted"
          answer deferred "${said#*"$US"}"
        fi
        queued="$halves
$queued"
        ;;
      *)
        printf '%s\n' "$said"
        exit 0
        ;;
    esac
  done
  answer whole
}

# unsettled: sees to an attempt whose id is not known; one that was never submitted is made void, so that a late job of it ends at once.
unsettled() {
  newest "$run"
  if [ -e "$meta/array-$((attempt + 1))" ]; then
    mkdir -p "$meta/attempt-$((attempt + 1))"
    newest "$run"
  fi
  [ "$attempt" = "$seen" ] || answer changed
  first "$at/job_id"
  if [ "$attempt" = 0 ] || [ -n "$line" ]; then return; fi
  if awaited && [ -z "$line" ]; then claim "$at/job_id" void; fi
  answer changed
}

# arrays CELLS LIMIT GROUP: lines `OFFSET TASKS GROUP`; no task's number reaches LIMIT (MaxArraySize), 0 for none.
arrays() {
  printf '%s\n' "$1" | tr ',' '\n' | awk -F - -v limit="$2" -v group="$3" '
    function flush() { if (tasks != "") print offset, tasks, group }
    {
      last = NF > 1 ? $2 + 0 : $1 + 0
      for (cell = $1 + 0; cell <= last; cell = upto + 1) {
        block = limit > 0 ? cell - cell % limit : 0
        upto = limit > 0 && last >= block + limit ? block + limit - 1 : last
        piece = (cell - block) (upto > cell ? "-" (upto - block) : "")
        if (tasks != "" && block == offset) tasks = tasks "," piece
        else { flush(); offset = block; tasks = piece }
      }
    }
    END { flush() }'
}

# halved OFFSET TASKS GROUP: the same in two arrays, nothing of a single task.
halved() {
  printf '%s\n' "$2" | tr ',' '\n' | awk -F - -v offset="$1" -v group="$3" '
    { from[NR] = $1 + 0; to[NR] = NF > 1 ? $2 + 0 : $1 + 0; all += to[NR] - from[NR] + 1 }
    function add(first, last) { half[at] = half[at] (half[at] == "" ? "" : ",") first (last > first ? "-" last : "") }
    END {
      if (all < 2) exit
      left = int((all + 1) / 2); at = 1
      for (i = 1; i <= NR; i++) {
        size = to[i] - from[i] + 1
        if (at == 2 || size <= left) { add(from[i], to[i]); if (at == 1) left -= size; if (left == 0) at = 2 }
        else { add(from[i], from[i] + left - 1); middle = from[i] + left; at = 2; add(middle, to[i]); left = 0 }
      }
      print offset, half[1], group
      print offset, half[2], group
    }'
}

# cells_of OFFSET TASKS: the cells of tasks.
cells_of() {
  printf '%s\n' "$2" | tr ',' '\n' | awk -F - -v offset="$1" '
    { printf "%s%d", sep, $1 + offset; if (NF > 1) printf "-%d", $2 + offset; sep = "," }'
}

set_array() { offset=$1 tasks=$2 group=$3; }

# prepare_run: what all its arrays share.
prepare_run() {
  put "$meta/sweep" "$count" || return 1
  [ -z "$inside" ] || put "$meta/inside" "$inside" || return 1
  [ -z "$secrets" ] || (umask 077 && put "$meta/secrets" "$secrets") || return 1
  scripts=-
  [ -z "$script" ] || return 0
  # Arrays from before may still need theirs.
  scripts=scripts-$((attempt + 1))
  cat >"$meta/$scripts"
}

# submit_array OPTION...: one array in an attempt of its own, in a subshell; `lane` is the one it goes to.
submit_array() {
  share=
  if [ -n "$slots" ]; then
    share=$((slots / lanes))
    if [ "$lane" -lt $((slots % lanes)) ]; then share=$((share + 1)); fi
  fi
  eval "previous=\${lane_$lane-\$after}"
  claim "$meta/array-$number" "$offset $tasks ${share:--} $scripts" || answer changed
  at=$meta/attempt-$number
  # Somebody who takes the claim for an abandoned one may have made it (unsettled).
  mkdir "$at" 2>/dev/null || [ -d "$at" ] || answer failed "cannot write to $meta"
  # Being removed this very moment.
  if ! [ -f "$meta/pushed" ]; then
    given_up
    answer gone
  fi
  eval "job=\${before_$group}$number\${behind_$group}"
  if ! put "$at/intent" "$(now)" || ! put "$at/job.sh" "$job" || ! { [ -z "$script" ] || put "$at/script" "$script"; }; then
    given_up
    answer failed "cannot write to $at"
  fi
  if [ -n "$previous" ]; then dependency="$dependency${dependency:+,}afterany:$previous"; fi
  submit "$@" --array="$tasks${share:+%$share}" ${dependency:+--dependency="$dependency"}
}

# The claim first: what is left of an attempt without one has no cells.
given_up() { rm -rf "$meta/array-$number" "$at"; }
