# Whether all that was submitted in a run has ended, for notify.sh: each has left an end of its own, or it can be told from the ends of
# others that it never begins. What was cancelled before it began has none.

tell_all() {
  sr_all=$(ends) || return 0
  # shellcheck disable=SC2086
  set -- $sr_all
  sr_event=finished sr_counts="\"done\":$1,\"failed\":$2" sr_text="$1 done, $2 failed"
  if [ "${3:-0}" -gt 0 ]; then sr_counts="$sr_counts,\"stopped\":$3" sr_text="$sr_text, $3 stopped"; fi
  if [ "${4:-0}" -gt 0 ]; then sr_counts="$sr_counts,\"skipped\":$4" sr_text="$sr_text, $4 skipped"; fi
  [ "$(($2 + ${3:-0}))" = 0 ] || sr_event=failed
  wanted "$sr_event" || return 0
  sr_newest=${sr_at##*-}
  while [ -d "$sr_meta/attempt-$((sr_newest + 1))" ]; do sr_newest=$((sr_newest + 1)); done
  ours "all-$sr_newest" || return 0
  sr_what='tasks' sr_part=''
  case $sr_notify_kind in sweep) sr_what='cells' ;; flow) sr_what='jobs and cells' ;; esac
  tell "All $sr_what that were submitted have ended: $sr_text." "\"counts\":{$sr_counts}" ''
}

# ends: how many ended well and how many did not; then, of a flow, how many never begin for want of something that failed, and how many
# need not. Fails at the first that may still end.
ends() {
  if [ "$sr_notify_kind" = job ]; then
    set -- "$sr_at"/end.*
    [ "$#" -ge "${SLURM_ARRAY_TASK_COUNT:-0}" ] || return
    (cd "$sr_at" && grep '' /dev/null end.*) | awk -v many="${SLURM_ARRAY_TASK_COUNT:-0}" '
      /[.]tmp:/ { next }
      { number++; if ($3 != "exit") other = 1; if ($4 + 0) failed++; else done++ }
      END { if (other || number < many || number == 0) exit 1; print done + 0, failed + 0 }'
    return
  fi
  # What was submitted since this job began came with more of them.
  # shellcheck disable=SC1091
  sr_later=$({ . "$sr_meta/secrets" && printf '%s' "$sr_notify_waits"; } 2>/dev/null)
  { printf '%s\n' "$sr_notify_waits $sr_later" && claims; } | (cd "$sr_meta" && standing)
}

# claims: lines `ATTEMPT CLAIM` (part.sh).
claims() {
  sr_number=1
  while [ -e "$sr_meta/array-$sr_number" ]; do
    read -r sr_line <"$sr_meta/array-$sr_number"
    echo "$sr_number $sr_line"
    sr_number=$((sr_number + 1))
  done
}

# standing: reads words as in waits.ts, and the claims. Of what was submitted twice the later place counts, which is where it leaves its
# end; but who waits for an attempt waits for that one.
standing() {
  awk '
    NR == 1 {
      for (i = 1; i <= NF; i++) {
        split($i, number, /[^0-9]/)
        sign = substr($i, length(number[1]) + 1, 1)
        if (number[2] == "") { settled[number[1]] = sign; continue }
        nth = ++waits[number[1]]
        parent[number[1], nth] = number[2]
        kind[number[1], nth] = sign
      }
      next
    }
    $3 == "-" { add($6 " ", $1, ""); next }
    {
      parts = split($3, part, ",")
      for (i = 1; i <= parts; i++) {
        split(part[i], from, "-")
        last = from[2] == "" ? from[1] : from[2]
        for (task = from[1] + 0; task <= last + 0; task++) add($6 " " ($2 + task), $1, task)
      }
    }
    END {
      if (count == 0) exit 1
      # The last first, of which mostly one is still to come.
      for (i = count; i > 0; i--) if (!(i in gone) && !(attempts[i] in waits) && of(i) == "") exit 1
      # Then parents first: some awks call functions only so deep.
      for (i = 1; i <= count; i++) {
        how = of(i)
        if (i in gone) continue
        if (how == "") exit 1
        total[how]++
      }
      print total["done"] + 0, total["failed"] + 0, total["stopped"] + 0, total["skipped"] + 0
    }
    function add(key, attempt, task) {
      attempts[++count] = attempt; tasks[count] = task; place[attempt, task] = count
      if (!(attempt in first)) first[attempt] = count
      to[attempt] = count
      if (key in at) gone[at[key]]
      at[key] = count
    }
    # Of one place: done, failed, stopped, skipped, or empty where that is open.
    function of(i) {
      if (!(i in known)) known[i] = found(i, attempts[i], tasks[i] == "" ? "" : "." tasks[i])
      return known[i]
    }
    function found(i, attempt, name,  word) {
      if (split(read("attempt-" attempt "/end" name), word, " ") && word[3] == "exit") return word[4] + 0 ? "failed" : "done"
      if (attempt in settled) return settled[attempt] == "~" ? "skipped" : word[1] == "" ? "stopped" : "failed"
      # What has begun has yet to end, and of what a signal has ended Slurm knows more.
      if (word[1] != "" || read("attempt-" attempt "/begin" name) != "") return ""
      return barred(i, attempt)
    }
    function read(file,  line) {
      line = ""
      getline line < file
      close(file)
      return line
    }
    # As src/flow/standing.ts has it.
    function barred(i, attempt,  nth, how, because) {
      for (nth = 1; nth <= waits[attempt]; nth++) {
        if (kind[attempt, nth] == "=" && ((parent[attempt, nth], tasks[i]) in place)) how = of(place[parent[attempt, nth], tasks[i]])
        else how = whole(parent[attempt, nth])
        if (kind[attempt, nth] == "-" ? how != "done" : how == "done" || how == "") continue
        if (because != "skipped") because = how == "done" || how == "skipped" ? "skipped" : "stopped"
      }
      return because
    }
    # Of all that was submitted in that attempt.
    function whole(attempt,  i, how, worst) {
      if (!(attempt in first)) return ""
      worst = "done"
      for (i = first[attempt]; i <= to[attempt]; i++) {
        if ((how = of(i)) == "") return ""
        if (worst != "failed" && how != "done") worst = how
      }
      return worst
    }'
}
