# A growing file for the caller, as records with its bytes behind them.

# with_signs COMMAND...: runs it, saying every five seconds that this end is alive: a busy controller may take a minute to answer.
with_signs() {
  while sleep 5 >/dev/null 2>&1; do record alive; done &
  beating=$!
  "$@"
  set -- "$?"
  kill "$beating"
  wait "$beating" 2>/dev/null
  return "$1"
}

# follow NAME FILE: what is new, from `seen` on, in pieces of a megabyte.
follow() {
  [ -f "$2" ] || return 0
  size=$(($(wc -c <"$2")))
  # Somebody cut the log short: begin again.
  if [ "$size" -lt "$seen" ]; then seen=0; fi
  while [ "$seen" -lt "$size" ]; do
    length=$((size - seen))
    if [ "$length" -gt 1048576 ]; then length=1048576; fi
    record log "$1" "$seen" "$length"
    # The promised number of bytes even if the file shrinks meanwhile.
    tail -c "+$((seen + 1))" "$2" | head -c "$length" | cat - /dev/zero 2>/dev/null | head -c "$length"
    seen=$((seen + length))
  done
}
