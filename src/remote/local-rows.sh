# What squeue and sacct would say of the embedded executor's jobs: rows as in slurm.sh, thousands of them without a process for each.

# scheduler_queue: jobs that live, and those that ended in the last five minutes, as Slurm's controller would.
scheduler_queue() {
  time=$(now)
  for job in "$base"/[0-9]*/; do
    job=${job%/}
    [ -f "$job/state" ] || continue
    first "$job/end"
    if [ -n "$line" ] && [ $((time - ${line%% *})) -ge 300 ]; then continue; fi
    facts "$job"
  done | rows queue ''
}

# scheduler_accounting SECONDS OPTION...: of the ids after -j, or of every job; of these only with the names of --name=NAMES.
scheduler_accounting() {
  shift
  wanted='' names=''
  while [ $# -gt 0 ]; do
    case $1 in
      -j)
        shift
        wanted=$(printf '%s' "$1" | tr ',' ' ')
        ;;
      --name=*) names=${1#*=} ;;
    esac
    shift
  done
  for id in ${wanted:-$(cd -- "$base" && ls)}; do
    if [ -f "$base/$id/state" ]; then facts "$base/$id"; fi
  done | rows accounting "$names"
}

# facts JOB: where `rows` finds it, its state being known to be true.
facts() {
  if [ ! -f "$1/array" ]; then
    state_of "$1"
    printf '%s\n' "job $state $1"
    return
  fi
  settle_tasks "$1"
  printf '%s\n' "array $state $1"
  for record in "$1"/tasks/*; do
    [ -f "$record/state" ] || continue
    state_of "$record"
    [ -z "$state" ] || printf '%s\n' "task $state ${record##*/}"
  done
  # After the records, which go when their tasks have ended: what is missing there is found here.
  printf 'ended\n'
}

# rows KIND NAMES: of the facts on standard input.
rows() {
  sr_names=$2 awk -v kind="$1" -v now="$(now)" -v host="$(uname -n)" -v US="$US" '
    function text(file,   line) { line = ""; getline line <file; close(file); return line }
    function clock(s) { return sprintf("%d:%02d:%02d", s / 3600, s / 60 % 60, s % 60) }
    # Times are two words, or nothing.
    function row(id, own, job, task, state, reason, code, start, end,   s, e, ran, signal) {
      split(start, s, " "); split(end, e, " ")
      ran = s[1] > 0 ? (e[1] > 0 ? e[1] : now) - s[1] : 0
      if (kind == "queue") {
        if (state !~ /^(PENDING|RUNNING)$/ && now - e[1] >= 300) return
        print id US job US task US state US reason US clock(ran) US (limit == "" ? "UNLIMITED" : limit) US 1 US (start == "" ? "" : host) \
          US "local" US submit US s[2] US dir US name
      } else {
        signal = code > 128 && code < 160 ? code - 128 : 0
        print id US own US state US code + 0 ":" signal US "0:0" US submit US s[2] US e[2] US ran US US US US cpus US limit \
          US (start == "" ? "" : host) US dir US name
      }
    }
    function set(list, into,   n, word, i) {
      split("", into)
      n = split(list, word, " ")
      for (i = 1; i <= n; i++) into[word[i]]
    }
    # As Slurm has it: one that is cancelled because of what it waited for says so still.
    function reason_of(task, state) {
      if (state != "PENDING" && state != "CANCELLED") return "None"
      if ("*" in never || task in never) return held ? "JobHeldUser" : "DependencyNeverSatisfied"
      if (state == "CANCELLED") return "None"
      return held ? "JobHeldUser" : after && !(task in due) ? "Dependency" : free
    }
    # Of the array, the tasks that have ended.
    function read_over(   line, w) {
      split("", over)
      while ((getline line <(at "/ended")) > 0) {
        if (split(line, w, " ") == 8 && w[8] == ".") over[w[1]] = line
      }
      close(at "/ended")
    }
    function tell_over(t,   w) {
      split(over[t], w, " ")
      row(id "_" t, id + nth, id, t, w[2], reason_of(t, w[2]), w[3], w[4] == "-" ? "" : w[4] " " w[5], w[6] " " w[7])
    }
    function tell_task(t,   record, code, start, end) {
      record = at "/tasks/" t
      code = text(record "/code"); start = text(record "/start"); end = text(record "/end")
      # A record that goes meanwhile, file by file, was noted before.
      if (text(record "/state") == "" || (start == "" && begun[t] != "PENDING") || (code == "" && begun[t] !~ /^(PENDING|RUNNING)$/)) read_over()
      if (t in over) tell_over(t)
      else row(id "_" t, id + nth, id, t, begun[t], reason_of(t, begun[t]), code, start, end)
    }
    function open_job(   s) {
      at = id = substr($0, length($1 $2) + 3)
      sub(/.*\//, "", id)
      name = text(at "/name"); dir = text(at "/dir"); limit = text(at "/limit"); cpus = text(at "/cpus")
      if (cpus == "") cpus = 1
      split(text(at "/submit"), s, " "); submit = s[2]
      held = text(at "/held") != ""; after = text(at "/after") != ""; free = "None"
      set(text(at "/never"), never); set(text(at "/due"), due)
      return names == "," || index(names, "," name ",")
    }
    BEGIN { names = "," ENVIRON["sr_names"]; if (names != ",") names = names "," }
    $1 == "job" { if (open_job()) row(id, id, id, "N/A", $2, reason_of("N/A", $2), text(at "/code"), text(at "/start"), text(at "/end")) }
    $1 == "array" { wanted = open_job(); rest = $2; split("", begun) }
    $1 == "task" { begun[$3] = $2 }
    $1 == "ended" && wanted {
      read_over()
      gone = rest == "PENDING" ? "" : text(at (rest == "CANCELLED" ? "/cancelled" : "/end"))
      parts = split(text(at "/array"), part, " ")
      free = part[6]
      nth = 0
      for (i = 7; i <= parts; i++) {
        split(part[i], r, ":")
        for (t = r[1] + 0; t <= r[2] + 0; t += r[3]) {
          nth++
          if (t in over) tell_over(t)
          else if (t in begun) tell_task(t)
          else row(id "_" t, id + nth, id, t, rest, reason_of(t, rest), 0, "", gone)
        }
      }
    }'
}
