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
    if wanted_here "$sr_event" && ours "$sr_id.$sr_life"; then tell "$(ended_line)" "$(state_fields)" "$(log_end)"; fi
  fi
  if [ -n "$sr_of" ] || [ "$sr_notify_kind" != job ]; then tell_all; fi
}

wanted() { case " $sr_notify_events " in *" $1 "*) ;; *) return 1 ;; esac }

# wanted_here EVENT: whether it is of this job; of a flow's job its profile may say otherwise than is said of the flow.
wanted_here() {
  case " $sr_notify_unlike " in
    *" ${sr_part:--} "*) ! wanted "$1" ;;
    *) wanted "$1" ;;
  esac
}

# ended_line: as the laptop says it.
ended_line() {
  sr_time=$(took)
  if [ "$sr_event" = finished ]; then
    echo "${sr_part:+$sr_part: }Job $sr_id COMPLETED${sr_time:+ in $sr_time}."
  else
    echo "${sr_part:+$sr_part: }Job $sr_id FAILED${sr_time:+ after $sr_time}: exit code $sr_code."
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
  if ! wanted_here failed || watched; then return; fi
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
