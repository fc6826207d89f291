# Shows the GPUs of an allocation, which is waited for as long as the caller stays.

# main SETUP NAME PROBE OPTION...: NAME is this very job's, PROBE what each task runs (nvidia.sh).
# Output: that of the probe, and before it `queue ROW` whenever the job waits for something else.
main() {
  scheduler_ready "$1"
  name=$2 probe=$3
  shift 3
  exec 3<&0
  # The caller keeps our input open while it is there. Without it nobody wants the allocation any more.
  (
    while IFS= read -r _ <&3; do :; done
    id=$(scheduler_queue | mine | awk -F "$US" '{ print $2; exit }')
    if [ -n "$id" ]; then scheduler_cancel "$id"; fi
  ) >/dev/null 2>&1 &
  lifeline=$!
  tell &
  telling=$!
  scheduler_allocate --job-name="$name" "$@" sh -c "$probe" 3<&- </dev/null
  code=$?
  kill "$lifeline" "$telling" 2>/dev/null
  exit "$code"
}

mine() { sr_name=$name awk -F "$US" "\$14 == ENVIRON[\"sr_name\"] && $LIVE"; }

# tell: after 3 seconds and then every half minute.
tell() {
  said='' second=0
  while :; do
    sleep 1 >/dev/null 2>&1
    second=$((second + 1))
    [ $((second % 30)) = 3 ] || continue
    row=$(scheduler_queue 2>/dev/null | mine | head -n 1)
    if [ "$row" != "$said" ] && [ -n "$row" ]; then printf '%s\n' "queue$US$row"; fi
    said=$row
  done
}
