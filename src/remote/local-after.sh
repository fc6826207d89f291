# What a job of the embedded executor waits for before it begins, as sbatch(1) has it under --dependency. Every job that waits asks for
# itself, again and again, and there may be hundreds: without a process where that is possible, and the less often the longer it takes.

# is_due: waits until the job is held no longer and what it waits for has come to pass; fails if it is not to begin. Leaves in `pairs` the
# arrays whose tasks those of this one have for partners (aftercorr).
is_due() {
  looks=0 thorough=yes seen='' pairs=''
  while :; do
    for reason in stop cancelled spent; do
      if [ -f "$job/$reason" ]; then return 1; fi
    done
    if [ ! -f "$job/held" ] && [ ! -f "$job/never" ]; then
      weigh
      case $outcome in
        met)
          # What it waits for now is something else.
          [ -n "$pairs" ] || rm -f "$job/after"
          return 0
          ;;
        never)
          put "$job/never" '*'
          if [ ! -f "$job/kill" ]; then :
          elif [ -f "$job/array" ]; then put "$job/cancelled" "$(moment)"
          else put "$job/stop" CANCELLED
          fi
          ;;
      esac
    fi
    nap
  done
}

# nap: between two looks. `thorough` is set when the next is to find out, too, whether processes still live: without /proc that takes others.
nap() {
  looks=$((looks + 1)) thorough=''
  if [ "$looks" -gt 8 ]; then sleep 2
  elif [ "$looks" -gt 4 ]; then sleep 1
  else sleep 0.5 2>/dev/null || sleep 1
  fi
  [ $((looks % 16)) -gt 0 ] || thorough=yes
}

# weigh: what the job waits for, in `outcome`: met, waits or never. What needs no further look is dropped from its record.
weigh() {
  first "$job/after"
  mode=${line%% *} before=$seen record=$line
  outcome=waits left='' seen='' pairs=''
  for word in ${line#"$mode"}; do
    judge "$word"
    seen="$seen $word $state"
    case $mode,$verdict in
      all,never | any,met)
        outcome=$verdict
        return
        ;;
      *,waits) left="$left $word" ;;
      *,pair) pairs="$pairs ${word#*:}" ;;
    esac
  done
  if [ -z "$left" ]; then
    outcome=met
    [ "$mode" != any ] || outcome=never
    return
  fi
  # Once something moves more is to be expected soon.
  [ "$seen" = "$before" ] || looks=0
  for other in $pairs; do left="$left aftercorr:$other"; done
  [ "$mode$left" = "$record" ] || put "$job/after" "$mode$left"
}

# judge KIND:ID: what there is to say of it now, in `verdict`: met, waits, never, or pair where each task has a partner of its own.
judge() {
  kind=${1%%:*} other=${1#*:}
  if [ "$kind" = aftercorr ] && [ -f "$job/array" ] && [ -f "$base/$other/array" ]; then
    verdict=pair state=''
    return
  fi
  stage_of "$other"
  case $kind,$state in
    *,PENDING) verdict=waits ;;
    after,*) verdict=met ;;
    *,RUNNING) verdict=waits ;;
    afterany,* | afterok,COMPLETED | aftercorr,COMPLETED) verdict=met ;;
    afternotok,COMPLETED | afternotok,) verdict=never ;;
    afternotok,*) verdict=met ;;
    *) verdict=never ;;
  esac
}

# stage_of ID: in `state` that of a job, of an array as a whole (RUNNING when all its tasks have begun) or of one task; empty if nobody knows it.
stage_of() {
  at=$base/${1%%_*}
  if [ ! -f "$at/array" ]; then
    case $1 in *_*) at=$at/nothing ;; esac
    first "$at/state"
    state=$line
    [ -z "$thorough" ] || state_of "$at"
    return
  fi
  [ -z "$thorough" ] || settle_tasks "$at"
  case $1 in
    *_*) stage_of_task "${1#*_}" ;;
    *) stage_of_array ;;
  esac
}

stage_of_array() {
  read_array "$at"
  if [ -f "$at/end" ]; then
    state=FAILED
    [ "$(ends_of "$at" | grep -c ' COMPLETED$')" != "$count" ] || state=COMPLETED
  else
    state=PENDING
    if [ -f "$at/cancelled" ] || each_task is_taken "$at"; then state=RUNNING; fi
    task=''
  fi
}

stage_of_task() {
  state=''
  has_task "$at" "$1" || return 0
  # In this order: an array is closed when all is noted, and a record goes when its task's end is.
  rest=PENDING
  if [ -f "$at/end" ]; then rest=NODE_FAIL; fi
  if [ -f "$at/cancelled" ]; then rest=CANCELLED; fi
  if [ -f "$at/tasks/$1/state" ]; then
    first "$at/tasks/$1/state"
    state=$line
    [ -z "$thorough" ] || state_of "$at/tasks/$1"
    # Its record may have gone meanwhile.
    state=${state:-PENDING}
  elif [ "$rest" = PENDING ] && [ ! -e "$at/claims/$1" ]; then
    state=PENDING
  else
    state=$(ends_of "$at" | sed -n "s/^$1 //p")
    state=${state:-$rest}
  fi
}

# ends_of ARRAY: lines `TASK STATE` of the tasks that have ended.
ends_of() { awk 'NF == 8 && $8 == "." { over[$1] = $2 } END { for (task in over) print task, over[task] }' "$1/ended"; }
