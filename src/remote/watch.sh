# Follows one job: its log as it grows, its markers as they appear, its state now and then. The file system is asked often, the
# controller seldom. Ends when the job has ended, when the link is gone, or after a while, for the caller to call again.
# Output, a record a line: `begin TEXT`, `end TEXT`, `queue ROW`, `gone`, `trouble TEXT`, `alive`, `again`, and
# `log NAME OFFSET LENGTH` with that many bytes of the log behind it.

# main RUN ID SETUP OUT ERR OUT_OFFSET ERR_OFFSET INTERVAL LIFE JUDGED: INTERVAL in seconds between two questions to the
# scheduler, LIFE in seconds of this call. A negative offset means that many lines before the end of the log. JUDGED is the
# restart count of a life whose end was not the job's (it was requeued), or empty.
main() {
  scheduler_ready "$3"
  run=$1 id=$2 out=$4 err=$5 seen_out=$6 seen_err=$7
  newest "$1"
  shift 7
  pause=0.4 per=5 # so many pauses in two seconds
  sleep 0.01 2>/dev/null || { pause=1 per=2; }
  # A little more than the interval, so that no minute sees three questions where it may see two.
  every=$(($1 * per * 11 / 20 + 1)) last=$(($2 * per / 2)) judged=$3 beat=$((2 * per))
  seen_out=$(place "$out" "$seen_out") seen_err=$(place "$err" "$seen_err")
  tick=0 seen_begin='' seen_end='' ask=now
  while [ "$tick" -lt "$last" ]; do
    markers
    # After the markers: what the job wrote before it ended is in the log by now.
    logs
    case $line in "$id $judged exit "*) ;; "$id "*' exit '*) exit 0 ;; esac
    if [ "$ask" = now ] || [ $((tick % every)) = 0 ]; then queue; fi
    if [ $((tick % beat)) = 0 ]; then record alive; fi
    if [ $((tick % (10 * beat))) = 0 ]; then watched "$run"; fi
    sleep "$pause"
    tick=$((tick + 1))
    # A signal was noted and the job's own end after it: one question, as soon as the scheduler can know.
    if [ "$ask" = soon ]; then ask=now; fi
  done
  record again
}

# markers: reports what is new; leaves the end marker in `line`. Listing the folder makes an NFS client look afresh.
markers() {
  for file in "$at"/*; do :; done
  first "$at/begin"
  if [ "$line" != "$seen_begin" ]; then
    seen_begin=$line seen_end=
    record begin "$line"
  fi
  first "$at/end"
  if [ "$line" != "$seen_end" ]; then
    seen_end=$line
    record end "$line"
    case $line in *' signal '*' '*) ask=soon ;; esac
  fi
}

# place FILE OFFSET: where to begin.
place() {
  case $2 in
    -*) if [ -f "$1" ]; then echo $(($(wc -c <"$1") - $(tail -n "${2#-}" "$1" | wc -c))); else echo 0; fi ;;
    *) echo "$2" ;;
  esac
}

logs() {
  seen=$seen_out && follow out "$out" && seen_out=$seen
  seen=$seen_err && follow err "$err" && seen_err=$seen
}

all_rows() { rows=$(scheduler_queue 2>&1); }

# queue: the job's rows; over when there are none or all tasks have ended.
queue() {
  ask=
  if ! with_signs all_rows; then
    record trouble "$(printf '%s' "$rows" | head -n 1)"
    return 0
  fi
  # An id may have been given to another job meanwhile.
  rows=$(printf '%s\n' "$rows" | sr_run=$run awk -F "$US" -v id="$id" '$2 == id && $13 == ENVIRON["sr_run"]')
  if [ -z "$rows" ]; then
    logs # what was written while the scheduler was asked
    record gone
    exit 0
  fi
  printf '%s\n' "$rows" | sed "s/^/queue$US/"
  printf '%s\n' "$rows" | awk -F "$US" "$LIVE { live = 1 } END { exit !live }" || {
    logs
    exit 0
  }
}
