# Tells of a job's end from inside the job, for whoever watches it may be asleep. It comes into the supervisor with the secrets, as one of
# the variables sr_notify… (in-job.ts), and is read once the end marker is written. Its own are called sr_… as in the supervisor.

# told: in a few seconds or not at all. What a signal ended is for others to tell of: a KILL may follow, and Slurm knows more of it.
told() {
  [ -z "$sr_signal" ] || return 0
  sr_meta=$sr_run/.slurm-runner sr_until=$(($(date +%s) + 20)) sr_part=''
  case $sr_notify_kind in job) ;; *) read -r _ _ _ _ sr_part <"$sr_meta/array-${sr_at##*-}" ;; esac
  sr_id=$sr_job sr_event=finished
  if [ -n "$sr_of" ]; then sr_id=${sr_job}_${sr_of#.}; fi
  [ "$sr_code" = 0 ] || sr_event=failed
  if [ -n "$sr_of" ]; then
    if [ "$sr_event" = failed ]; then tell_cell; fi
  elif [ "$sr_notify_kind" = job ] || [ "$sr_event" = failed ]; then
    if wanted "$sr_event" && ours "$sr_id.$sr_life"; then tell "$(ended_line)" "$(state_fields)" "$(log_end)"; fi
  fi
  if [ -n "$sr_of" ] || [ "$sr_notify_kind" != job ]; then tell_all; fi
}

wanted() { case " $sr_notify_events " in *" $1 "*) ;; *) return 1 ;; esac }

# ended_line: as the laptop says it.
ended_line() {
  sr_time=$(took)
  if [ "$sr_event" = finished ]; then
    echo "Job $sr_id COMPLETED${sr_time:+ in $sr_time}."
  else
    echo "Job $sr_id FAILED${sr_time:+ after $sr_time}: exit code $sr_code."
  fi
}

state_fields() {
  sr_state=COMPLETED
  [ "$sr_code" = 0 ] || sr_state=FAILED
  seconds
  printf '"jobId":"%s","state":"%s","exitCode":%s%s' "$sr_id" "$sr_state" "$sr_code" "${sr_seconds:+,\"elapsedSeconds\":$sr_seconds}"
  [ "$sr_code" = 0 ] || printf ',"reason":"exit code %s"' "$sr_code"
}

# seconds: since the job began, in sr_seconds; empty if nobody knows.
seconds() {
  sr_began=
  { read -r _ _ sr_began _ <"$sr_at/begin$sr_of"; } 2>/dev/null
  case $sr_began in '' | *[!0-9]*) sr_seconds='' ;; *) sr_seconds=$(($(date +%s) - sr_began)) ;; esac
}

# took: the same as 00:03:10, 1-00:03:10.
took() {
  seconds
  [ -z "$sr_seconds" ] || awk -v s="$sr_seconds" 'BEGIN { if (s >= 86400) printf "%d-", s / 86400; printf "%02d:%02d:%02d\n", s / 3600 % 24, s / 60 % 60, s % 60 }'
}

# tell_cell: one cell has failed, and in a minute hundreds may: one message a minute for all cells that have failed since the last.
tell_cell() {
  if ! wanted failed || watched; then return; fi
  sr_mark=$sr_meta/told-cells-$(($(date +%s) / 60)) sr_last=
  for sr_file in "$sr_meta"/told-cells-*; do
    if [ -e "$sr_file" ] && [ "$sr_file" != "$sr_mark" ]; then sr_last=$sr_file; fi
  done
  (set -C && echo job >"$sr_mark") 2>/dev/null || return 0
  sr_cells=$(cd "$sr_meta" && find ./attempt-* -name 'end.*' ${sr_last:+-newer "$sr_last"} -exec grep '' /dev/null {} + |
    sed -n 's/^.*end\.\([0-9]*\):[0-9]* [0-9]* exit 0*[1-9].*/\1/p' | sort -nu)
  [ -z "$sr_last" ] || rm -f "$sr_last"
  sr_many=$(printf '%s\n' "$sr_cells" | grep -c .)
  sr_name=${CELL_NAME:-${sr_of#.}}
  sr_line="${sr_part:+Job $sr_part: }Cell $sr_name FAILED (exit code $sr_code)"
  if [ "$sr_many" -gt 1 ]; then sr_line="$sr_line, and $((sr_many - 1)) more have failed"; fi
  tell "$sr_line." "$(state_fields)" "$(log_end)"
}

# tell_all: whether this was the last of all that was submitted, each having left an end of its own; what was cancelled before it began has none.
tell_all() {
  sr_all=$(ends) || return 0
  # shellcheck disable=SC2086
  set -- $sr_all
  sr_event=finished
  [ "$2" = 0 ] || sr_event=failed
  wanted "$sr_event" || return 0
  sr_newest=${sr_at##*-}
  while [ -d "$sr_meta/attempt-$((sr_newest + 1))" ]; do sr_newest=$((sr_newest + 1)); done
  ours "all-$sr_newest" || return 0
  sr_what='tasks'
  case $sr_notify_kind in sweep) sr_what='cells' ;; flow) sr_what='jobs and cells' ;; esac
  tell "All $sr_what that were submitted have ended: $1 done, $2 failed." "\"counts\":{\"done\":$1,\"failed\":$2}" ''
}

# ends: how many ended well and how many did not; fails at the first that has not ended, beginning with the last.
ends() {
  if [ "$sr_notify_kind" = job ]; then
    set -- "$sr_at"/end.*
    [ "$#" -ge "${SLURM_ARRAY_TASK_COUNT:-0}" ] || return
    (cd "$sr_at" && grep '' /dev/null end.*) | counted "${SLURM_ARRAY_TASK_COUNT:-0}"
    return
  fi
  sr_places=$(listed)
  printf '%s\n' "$sr_places" | while read -r sr_file; do
    [ -s "$sr_meta/$sr_file" ] || exit 1
    read -r sr_line <"$sr_meta/$sr_file"
    echo "$sr_file:$sr_line"
  done | counted "$(printf '%s\n' "$sr_places" | grep -c .)"
}

# counted MANY: fails where there are fewer lines FILE:MARKER, or one that tells of no natural end.
counted() {
  awk -v many="$1" '/[.]tmp:/ { next }
    { number++; if ($3 != "exit") other = 1; if ($4 + 0) failed++; else done++ }
    END { if (other || number < many || number == 0) exit 1; print done + 0, failed + 0 }'
}

# listed: where each cell and job that was submitted leaves its end, the last first; of what was submitted twice the later place.
listed() {
  sr_number=1
  while [ -e "$sr_meta/array-$sr_number" ]; do
    read -r sr_line <"$sr_meta/array-$sr_number"
    echo "$sr_number $sr_line"
    sr_number=$((sr_number + 1))
  done | awk '
    { if ($3 == "-") { add($6 " ", "attempt-" $1 "/end"); next }
      parts = split($3, part, ",")
      for (i = 1; i <= parts; i++) {
        split(part[i], ends, "-")
        last = ends[2] == "" ? ends[1] : ends[2]
        for (task = ends[1] + 0; task <= last + 0; task++) add($6 " " ($2 + task), "attempt-" $1 "/end." task)
      } }
    function add(key, place) { if (key in at) gone[at[key]]; places[++count] = place; at[key] = count }
    END { for (i = count; i > 0; i--) if (!(i in gone)) print places[i] }'
}

# watched: a laptop has looked at the run within the last minute (watch.sh, follow-cells.sh).
watched() {
  sr_seen=
  { read -r sr_seen <"$sr_meta/watched"; } 2>/dev/null
  case $sr_seen in '' | *[!0-9]*) return 1 ;; esac
  [ $(($(date +%s) - sr_seen)) -lt 60 ]
}

# ours MARK: whether it is ours to tell of. A laptop that watches and is awake says so itself within seconds (told.sh).
ours() {
  sr_mark=$sr_meta/told-$1 sr_wait=0
  if watched; then sr_wait=6; fi
  sr_wait=$(($(date +%s) + sr_wait))
  while [ "$(date +%s)" -lt "$sr_wait" ]; do
    # Listing the folder makes an NFS client look afresh.
    for sr_file in "$sr_meta"/*; do :; done
    [ ! -e "$sr_mark" ] || return 1
    sleep 0.2 2>/dev/null || sleep 1
  done
  (set -C && echo job >"$sr_mark") 2>/dev/null || [ ! -e "$sr_mark" ]
}

# log_end: the last lines of the job's log, fit to be read by anybody.
log_end() {
  sr_log=${sr_run%/runs/*}/slurm/logs/$sr_id sr_cr=$(printf '\r') sr_esc=$(printf '\033')
  for sr_file in "$sr_log.out" "$sr_log.err"; do
    [ -r "$sr_file" ] || continue
    # What a cut has left of a line may be half a secret.
    sr_cut=0
    if [ "$(wc -c <"$sr_file")" -gt 16000 ]; then sr_cut=1; fi
    tail -c 16000 "$sr_file" | awk -v cut="$sr_cut" 'NR > cut' | tail -n 15
  done | tail -n 15 |
    LC_ALL=C sed "s/$sr_cr*\$//; s/.*$sr_cr//; s/$sr_esc\\[[0-9;?]*[A-Za-z]//g" | hidden |
    LC_ALL=C tr '\t' ' ' | LC_ALL=C tr -d '\000-\011\013-\037\177' | LC_ALL=C cut -b 1-300 | utf8
}

# utf8: without what is none, as JSON has to be.
utf8() { if command -v iconv >/dev/null; then iconv -c -f UTF-8 -t UTF-8 2>/dev/null; else LC_ALL=C tr -d '\200-\377'; fi; }

# hidden: without the secrets' values and the addresses. They come through the environment, which no list of processes shows.
hidden() {
  sr_slack=$sr_notify_slack sr_webhook=$sr_notify_webhook sr_names="sr_slack sr_webhook $sr_notify_hide" LC_ALL=C awk '
    BEGIN {
      names = split(ENVIRON["sr_names"], name, " ")
      for (i = 1; i <= names; i++) {
        words = split(ENVIRON[name[i]], word, "\n")
        for (j = 1; j <= words; j++) if (length(word[j]) >= 4) known[++count] = word[j]
      }
      for (i = 1; i < count; i++) for (j = i + 1; j <= count; j++)
        if (length(known[j]) > length(known[i])) { longer = known[j]; known[j] = known[i]; known[i] = longer }
    }
    { for (i = 1; i <= count; i++) {
        rest = $0; line = ""
        while ((at = index(rest, known[i])) > 0) { line = line substr(rest, 1, at - 1) "..."; rest = substr(rest, at + length(known[i])) }
        $0 = line rest
      }
      print }'
}

# tell LINE FIELDS LOG: to all that want it; FIELDS are JSON's.
tell() {
  sr_sent=sent sr_line=$(printf '%s\n' "$1" | hidden)
  if [ -n "$sr_notify_slack" ]; then
    sr_icon=:x:
    [ "$sr_event" = failed ] || sr_icon=:white_check_mark:
    sr_text="$sr_icon *$(printf '%s' "$sr_notify_title" | escaped)*\\n$(printf '%s' "$sr_line" | escaped | json)"
    sr_body='{"text":"'$sr_text'","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"'$sr_text'"}}'
    # Nothing in it may close the box: two backticks never stand together.
    sr_box=$(printf '%s' "$3" | LC_ALL=C sed "s/\`\`/\`$(printf '\342\200\213')\`/g" | escaped | fitting | json)
    if [ -n "$sr_box" ]; then
      sr_body=$sr_body',{"type":"section","text":{"type":"mrkdwn","text":"```\n'$sr_box'\n```"}}'
    fi
    post SLACK_WEBHOOK_URL "$sr_notify_slack" "$sr_body]}" || sr_sent=unsent
  fi
  if [ -n "$sr_notify_webhook" ]; then
    sr_body='{"event":"'$sr_event'","text":"'$(printf '%s\n%s' "$sr_notify_title" "$sr_line" | json)'","run":"'${sr_run##*/}'",'$sr_notify_subject
    if [ -n "$sr_part" ]; then sr_body=$sr_body',"job":"'$sr_part'"'; fi
    if [ -n "$3" ]; then sr_body=$sr_body',"log":"'$(printf '%s' "$3" | json)'"'; fi
    post NOTIFY_WEBHOOK_URL "$sr_notify_webhook" "$sr_body,$2,\"at\":\"$(date -u +%Y-%m-%dT%H:%M:%SZ)\"}" || sr_sent=unsent
  fi
  # What did not arrive the laptop tells of when it comes back.
  note "$sr_mark" "$sr_sent"
}

# json: the inside of a string.
json() { LC_ALL=C sed 's/["\\]/\\&/g' | LC_ALL=C awk '{ printf "%s%s", (NR > 1 ? "\\n" : ""), $0 }'; }

# escaped: without what Slack reads as marks of its own.
escaped() { LC_ALL=C sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g'; }

# fitting: as many of the last lines as a block of Slack's takes.
fitting() {
  LC_ALL=C awk '{ line[NR] = $0 }
    END {
      from = NR + 1
      for (room = 2880; from > 1 && (room -= length(line[from - 1]) + 1) >= 0; ) from--
      for (; from <= NR; from++) print line[from]
    }'
}

# post NAME URL BODY: three tries at most, and none once the time is over.
post() {
  sr_try=0
  while :; do
    sr_try=$((sr_try + 1)) sr_most=$((sr_until - $(date +%s))) sr_why='no time was left' sr_status='' sr_pause=''
    if [ "$sr_most" -gt 10 ]; then sr_most=10; fi
    if [ "$sr_most" -le 0 ]; then break; fi
    if command -v curl >/dev/null; then
      by_curl "$2" "$3"
    elif wget --version 2>/dev/null | grep -q '^GNU Wget'; then
      by_wget "$2" "$3"
    elif command -v python3 >/dev/null; then
      by_python "$2" "$3"
    else
      sr_why='there is neither curl nor wget nor python3'
      break
    fi
    case $sr_status in
      2??) return 0 ;;
      408 | 429 | 5??) sr_why="HTTP $sr_status" ;;
      ???)
        sr_why="HTTP $sr_status"
        break
        ;;
    esac
    case $sr_pause in '' | *[!0-9]*) sr_pause=1 ;; esac
    if [ "$sr_try" = 3 ] || [ "$(($(date +%s) + sr_pause))" -ge "$sr_until" ]; then break; fi
    sleep "$sr_pause"
  done
  echo "slurm-runner: the notification to $1 could not be sent: $sr_why" >&2
  return 1
}

# by_curl URL BODY: neither is among the arguments of anything. What came of it is in sr_status, sr_pause and sr_why.
by_curl() {
  sr_said=$(printf 'url = "%s"\nheader = "Content-Type: application/json"\ndata-binary = "%s"\n' "$1" "$(printf '%s' "$2" | json)" |
    curl -s -g -m "$sr_most" --connect-timeout 4 -o /dev/null -D - -K - 2>/dev/null) || sr_why="curl ended with $?"
  heard
}

by_wget() {
  (umask 077 && printf '%s' "$2" >"$sr_meta/notice.$$") || return
  sr_said=$(printf '%s\n' "$1" | wget -q -S -O /dev/null --no-iri --tries=1 --timeout="$sr_most" --max-redirect=0 \
    --header='Content-Type: application/json' --post-file="$sr_meta/notice.$$" -i - 2>&1) || sr_why="wget ended with $?"
  rm -f "$sr_meta/notice.$$"
  heard
}

by_python() {
  sr_said=$(printf '%s\n%s' "$1" "$2" | python3 -c '
import sys, urllib.error, urllib.request
url = sys.stdin.buffer.readline().decode().strip()
request = urllib.request.Request(url, sys.stdin.buffer.read(), {"Content-Type": "application/json"})
try:
    answer = urllib.request.urlopen(request, timeout=float(sys.argv[1]))
except urllib.error.HTTPError as error:
    answer = error
print("HTTP/1.1", answer.getcode())
print("Retry-After:", answer.headers.get("Retry-After", ""))
' "$sr_most" 2>/dev/null) || sr_why="python3 ended with $?"
  heard
}

# heard: a proxy may have answered before the server.
heard() {
  sr_status=$(printf '%s\n' "$sr_said" | sed -n 's/^ *HTTP\/[0-9.]* \([0-9][0-9][0-9]\).*/\1/p' | tail -n 1)
  sr_pause=$(printf '%s\n' "$sr_said" | tr -d '\r' | sed -n 's/^ *[Rr][Ee][Tt][Rr][Yy]-[Aa][Ff][Tt][Ee][Rr]: *//p' | tail -n 1)
}
