# An array of the embedded executor whose tasks wait each for its partner, the task of the same number in other arrays (aftercorr).

# run_pairs ARGUMENT...: as run_lanes, where each task waits for its partner in other arrays. There is a lane for every task that is due,
# as long as no more of them run than may; none of them waits.
run_pairs() {
  looks=0 lane=0 verdicts=''
  until [ -f "$job/cancelled" ] || each_task is_taken "$job" || [ "$lane" -gt $((count * 3 + 20)) ]; do
    match
    busy=0
    for process in "$job"/lanes/*; do
      if lives "$process"; then busy=$((busy + 1)); fi
    done
    for task in $due; do
      if [ "$busy" -ge "$lanes" ]; then break; fi
      if is_taken "$job"; then continue; fi
      busy=$((busy + 1)) lane=$((lane + 1))
      (detached sh "$job/executor.sh" "$@" "$lane") &
      # It says so itself, but not before the next look, perhaps.
      [ -e "$job/lanes/$lane" ] || put "$job/lanes/$lane" "$(identity "$!")"
    done
    nap
  done
  wait
}

# match: of the tasks of `job`, in `due` those whose partners all have COMPLETED, in `never` those with a partner that ended otherwise, or none.
match() {
  before=$verdicts
  set --
  for other in $pairs; do
    [ -z "$thorough" ] || settle_tasks "$base/$other"
    set -- "$@" "$base/$other"
  done
  verdicts=$(awk -v ranges="$ranges" '
    function text(file,   line) { line = ""; getline line <file; close(file); return line }
    # The tasks of the ranges from a word of `list` on, in order in `into` and each as an index of `has`; their number.
    function tasks(list, from, into, has,   parts, part, r, t, n) {
      split("", has)
      parts = split(list, part, " ")
      for (; from <= parts; from++) {
        split(part[from], r, ":")
        for (t = r[1] + 0; t <= r[2] + 0; t += r[3]) { into[++n] = t; has[t] }
      }
      return n
    }
    BEGIN {
      count = tasks(ranges, 1, own, has)
      for (a = 1; a < ARGC; a++) {
        # First, for by then all is noted.
        end = text(ARGV[a] "/end")
        tasks(text(ARGV[a] "/array"), 7, order, partner)
        split("", over)
        while ((getline line <(ARGV[a] "/ended")) > 0) if (split(line, w, " ") == 8 && w[8] == ".") over[w[1]] = w[2]
        for (i = 1; i <= count; i++) {
          t = own[i]
          if (!(t in partner) || (t in over ? over[t] != "COMPLETED" : end != "")) never[t]
          else if (!(t in over)) waits[t]
        }
      }
      for (i = 1; i <= count; i++) {
        t = own[i]
        if (t in never) lost = lost " " t
        else if (!(t in waits)) due = due " " t
      }
      print due "|" lost
    }' "$@")
  [ "$verdicts" != "$before" ] || return 0
  looks=0 due=${verdicts%%"|"*} never=${verdicts#*"|"}
  put "$job/due" "$due"
  [ -n "$never" ] || return 0
  put "$job/never" "$never"
  [ -f "$job/kill" ] || return 0
  for task in $never; do
    if take "$job" "$task"; then note_end "$job" "$task" CANCELLED 0 '- -' "$(moment)"; fi
  done
}
