# The last lines of jobs' logs.

# main REMOTE_DIR LINES ID...: ID is a job's, or an array task's.
main() {
  cd -- "$1/slurm/logs" || exit 66
  lines=$2
  shift 2
  for id; do
    for log in "$id".out "$id".err "$id"_*.out "$id"_*.err; do
      [ -f "$log" ] || continue
      size=$(($(tail -n "$lines" -- "$log" | wc -c)))
      record log "$log" "$(($(wc -c <"$log")))" "$size"
      tail -n "$lines" -- "$log" | cat - /dev/zero 2>/dev/null | head -c "$size"
    done
  done
}
