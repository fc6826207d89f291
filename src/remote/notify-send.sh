# How notify.sh says what it says: the end of a log that anybody may read, JSON, and what is there to send it with.

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
