# How the embedded executor takes jobs in.

# scheduler_submit --executor=TEXT OPTION... SCRIPT: TEXT is the program of executor.sh; of sbatch's options those are read that mean
# something here, in the one spelling `--name=value`, and before them those of the script's own `#SBATCH` lines.
scheduler_submit() {
  name='' dir='' out='' err='' limit='' cpus='' executor='' array='' after='' kill='' held=''
  for script; do :; done
  while IFS= read -r line; do
    case $line in
      '#SBATCH --'*) option "${line#'#SBATCH '}" || return 1 ;;
      '#'* | '') ;;
      *) break ;;
    esac
  done <"$script"
  while [ $# -gt 1 ]; do
    option "$1" || return 1
    shift
  done
  if [ -n "$array" ]; then
    array=$(spread "$array") || {
      echo 'Invalid job array specification' >&2
      return 1
    }
  fi
  # shellcheck disable=SC2086
  are_known $after || {
    echo 'Batch job submission failed: Job dependency problem' >&2
    return 1
  }
  enrol "${array%% *}" || return 1
  [ -z "$held" ] || put "$job/held" yes || return 1
  [ -z "$after" ] || put "$job/after" "$after" || return 1
  [ -z "$kill" ] || put "$job/kill" yes || return 1
  [ -z "$array" ] || { mkdir "$job/claims" "$job/tasks" "$job/lanes" && : >"$job/ended" && put "$job/array" "$array"; } || return 1
  printf '%s\n' "$executor" >"$job/executor.sh" && put "$job/state" PENDING || return 1
  # The executor outlives this command and its terminal: a session, or at least a process group, of its own.
  # What submit.sh ignores the job must not inherit.
  (
    trap - HUP PIPE
    detached sh "$job/executor.sh" "$job" "$script" "$dir" "$out" "$err" "$limit" "$cpus" "$name"
  ) >/dev/null 2>&1 </dev/null &
  echo "$id"
}

# option WORD
option() {
  case $1 in
    --job-name=*) name=${1#*=} ;;
    --chdir=*) dir=${1#*=} ;;
    --output=*) out=${1#*=} ;;
    --error=*) err=${1#*=} ;;
    --time=*) limit=${1#*=} ;;
    --cpus-per-task=*) cpus=${1#*=} ;;
    --executor=*) executor=${1#*=} ;;
    --array=*) array=${1#*=} ;;
    --hold) held=yes ;;
    --dependency=*)
      after=$(dependencies "${1#*=}")
      [ -n "$after" ] || impossible "$1"
      ;;
    --kill-on-invalid-dep=yes) kill=yes ;;
    --kill-on-invalid-dep=no) kill='' ;;
    --kill-on-invalid-dep | --kill-on-invalid-dep=*) impossible "$1" ;;
    --begin=*) impossible "$1" ;;
  esac
}

impossible() {
  echo "the embedded executor knows no $1" >&2
  return 1
}

# dependencies LIST: the record `after` of what sbatch's --dependency means; nothing where it is none of ours.
dependencies() {
  printf '%s\n' "$1" | awk '{
    any = /[?]/
    if (any && /,|aftercorr/) exit
    parts = split($0, part, /[,?]/)
    for (i = 1; i <= parts; i++) {
      if (part[i] !~ /^after(any|ok|notok|corr)?(:[1-9][0-9]*(_(0|[1-9][0-9]*))?)+$/) exit
      ids = split(part[i], id, ":")
      for (j = 2; j <= ids; j++) list = list " " id[1] ":" id[j]
    }
    print (any ? "any" : "all") list
  }'
}

# are_known WORD...: whether there is each job KIND:ID of whose success something is wanted. Of one that nobody knows any more it can only
# be said that it has ended, which is enough for the other kinds.
are_known() {
  for word; do
    case $word in afterok:* | afternotok:* | aftercorr:*) ;; *) continue ;; esac
    word=${word#*:}
    other=$base/${word%%_*}
    [ -f "$other/state" ] || return 1
    case $word in
      *_*) [ -f "$other/array" ] && [ "${#word}" -lt 20 ] && has_task "$other" "${word#*_}" || return 1 ;;
    esac
  done
}

# spread SPEC: the record `array` of what sbatch's --array means, tasks in order and each once; fails if it means nothing. Slurm too has
# no task above 4000000 (MaxArraySize, slurm.conf(5)).
spread() {
  printf '%s\n' "$1" | awk -v all="$(getconf _NPROCESSORS_ONLN 2>/dev/null)" -v each="${cpus:-1}" '
    !/^[0-9]+(-[0-9]+(:[0-9]+)?)?(,[0-9]+(-[0-9]+(:[0-9]+)?)?)*(%[0-9]+)?$/ { exit 1 }
    {
      split($0, half, "%")
      parts = split(half[1], part, ",")
      min = 4000001; max = -1
      for (i = 1; i <= parts; i++) {
        ends = split(part[i], e, /[-:]/)
        if (ends < 2) e[2] = e[1]
        if (ends < 3) e[3] = 1
        if (e[2] + 0 < e[1] + 0 || e[3] < 1 || e[2] > 4000000) exit 1
        for (t = e[1] + 0; t <= e[2] + 0; t += e[3]) {
          wanted[t]
          if (t < min) min = t
          if (t > max) max = t
        }
      }
      for (t = min; t <= max; t++) if (t in wanted) list[++count] = t
      runs = 0
      for (i = 1; i <= count; i = j + 1) {
        j = i; by = 1
        if (i < count) by = list[i + 1] - list[i]
        while (j < count && list[j + 1] - list[j] == by) j++
        ranges = ranges " " list[i] ":" list[j] ":" by
        runs++
      }
      lanes = half[2] + 0
      reason = "JobArrayTaskLimit"
      if (lanes == 0) { reason = "Resources"; lanes = int(all / (each < 1 ? 1 : each)); if (lanes < 1) lanes = 1 }
      print count, min, max, (runs > 1 ? 1 : by), (lanes > count ? count : lanes), reason ranges
    }'
}

# enrol [TASKS]: a new job of `name` in `dir`, its number in `id` and its folder in `job`; the numbers behind it are those of its tasks.
enrol() {
  lock || return 1
  number "$base/last"
  id=$((${line:-0} + 1))
  until mkdir "$base/$id" 2>/dev/null; do
    [ -d "$base/$id" ] || break
    id=$((id + 1))
  done
  put "$base/last" "$((id + ${1:-0}))"
  rm -f "$base/lock"
  job=$base/$id
  printf '%s\n' "$name" >"$job/name" && printf '%s\n' "$dir" >"$job/dir" && printf '%s\n' "$limit" >"$job/limit" &&
    printf '%s\n' "$cpus" >"$job/cpus" && moment >"$job/submit"
}

# lock: for the moment of giving a number. Who holds it says so, and is not waited for if it was killed.
lock() {
  me=$(identity "$$") tries=0
  until make_new "$base/lock" "$me"; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || return 1
    first "$base/lock"
    holder=$line
    # Its file there at two looks, and no process between them. Without a word it was killed in the act, or is about to write it.
    if ! lives "$base/lock" && first "$base/lock" && [ "$line" = "$holder" ] && { [ -n "$line" ] || [ $((tries % 100)) = 99 ]; } &&
      mv "$base/lock" "$base/lock.$$" 2>/dev/null; then
      # Another may have done the same before, and this be a new one.
      first "$base/lock.$$"
      [ "$line" = "$holder" ] || ln "$base/lock.$$" "$base/lock" 2>/dev/null
      rm -f "$base/lock.$$"
    else
      sleep 0.05 2>/dev/null || sleep 1
    fi
  done
}
