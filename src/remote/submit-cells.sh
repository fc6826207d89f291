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
  trap tidied EXIT
  unsettled
  limit=$(scheduler_array_limit 2>&1) || answer failed "it cannot be told how large an array may be: $limit"
  queued=
  group=0
  while [ "$group" -lt "$groups" ]; do
    group=$((group + 1))
    eval "before_$group=\$2 behind_$group=\$3"
    queued="$queued$(arrays "$1" "$limit" "$group")
"
    shift 3
  done
  prepare_run || unwritable "$meta"
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
        record array "$number" "$id" "$cells"
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
      refused*'temporarily unavailable'*)
        # MaxJobCount, of everybody's jobs: sbatch has waited two minutes for it to fall, and would again for each half.
        put "$meta/wanted" "$wanted"
        answer deferred "${said#*"$US"}"
        ;;
      existing*) answer changed ;;
      *)
        # Of a run that has no job yet nobody else needs them.
        if [ "$attempt" = 0 ]; then rm -f "$meta/secrets"; fi
        printf '%s\n' "$said"
        exit 0
        ;;
    esac
  done
  answer whole
}

# arrays CELLS LIMIT GROUP: lines `OFFSET TASKS GROUP CELLS`, the cells being those of the tasks. No array has more than LIMIT tasks, nor
# one with a number that high; 0 is no limit. Where they are several, with a throttle to share, they are as many as fill all lanes alike.
arrays() {
  printf '%s\n' "$1" | tr ',' '\n' | awk -F - -v limit="$2" -v group="$3" -v slots="$slots" '
    { from[NR] = $1 + 0; to[NR] = NF > 1 ? $2 + 0 : $1 + 0; all += to[NR] - from[NR] + 1 }
    function up(number, by) { return int((number + by - 1) / by) }
    function flush() { if (size > 0) print offset, tasks, group, cells; size = 0; tasks = ""; cells = "" }
    END {
      # As long as they fit into one, task and cell have the same number.
      many = limit > 0 && to[NR] >= limit
      parts = many ? up(all, limit) : 1
      lanes = slots != "" && slots < parts ? slots : parts
      most = up(all, up(parts, lanes) * lanes)
      for (i = 1; i <= NR; i++) {
        for (cell = from[i]; cell <= to[i]; cell = last + 1) {
          if (size >= most || (many && size > 0 && cell - offset >= limit)) flush()
          if (size == 0) offset = many ? cell : 0
          last = cell + most - size - 1
          if (last > to[i]) last = to[i]
          if (many && last - offset >= limit) last = offset + limit - 1
          sep = size > 0 ? "," : ""
          tasks = tasks sep (cell - offset) (last > cell ? "-" (last - offset) : "")
          cells = cells sep cell (last > cell ? "-" last : "")
          size += last - cell + 1
        }
      }
      flush()
    }'
}

# halved OFFSET TASKS GROUP: the same in two arrays, nothing of a single task.
halved() {
  printf '%s\n' "$2" | tr ',' '\n' | awk -F - -v offset="$1" -v group="$3" '
    { from[NR] = $1 + 0; to[NR] = NF > 1 ? $2 + 0 : $1 + 0; all += to[NR] - from[NR] + 1 }
    function add(first, last) {
      sep = half[at] == "" ? "" : ","
      half[at] = half[at] sep first (last > first ? "-" last : "")
      cells[at] = cells[at] sep (first + offset) (last > first ? "-" (last + offset) : "")
    }
    END {
      if (all < 2) exit
      left = int((all + 1) / 2); at = 1
      for (i = 1; i <= NR; i++) {
        size = to[i] - from[i] + 1
        if (at == 2 || size <= left) { add(from[i], to[i]); if (at == 1) left -= size; if (left == 0) at = 2 }
        else { add(from[i], from[i] + left - 1); middle = from[i] + left; at = 2; add(middle, to[i]); left = 0 }
      }
      for (at = 1; at <= 2; at++) print offset, half[at], group, cells[at]
    }'
}

set_array() { offset=$1 tasks=$2 group=$3 cells=$4; }

# prepare_run: what all its arrays share.
prepare_run() {
  scripts=-
  [ "$groups" -gt 0 ] || return 0
  keep_secrets "$secrets" "$inside" || return 1
  [ -n "$script" ] || keep_scripts
}

# submit_array OPTION...: one array in an attempt of its own, in a subshell; `lane` is the one it goes to.
submit_array() {
  share='' previous=$after
  if [ -n "$slots" ]; then
    share=$((slots / lanes))
    if [ "$lane" -lt $((slots % lanes)) ]; then share=$((share + 1)); fi
    eval "previous=\${lane_$lane-\$after}"
  fi
  eval "job=\${before_$group}$number\${behind_$group}"
  moment=$(now)
  enter "$offset $tasks ${share:--} $scripts" "$script" "$job"
  put "$meta/sweep" "$count"
  submit "$@" --array="$tasks${share:+%$share}" ${previous:+--dependency="$dependency${dependency:+,}afterany:$previous"}
}
