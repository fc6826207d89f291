# The last lines of a job's logs.

# main REMOTE_DIR ID LINES
main() {
  cd -- "$1/slurm/logs" || exit 66
  for log in "$2".out "$2".err "$2"_*.out "$2"_*.err; do
    [ -f "$log" ] || continue
    size=$(($(tail -n "$3" -- "$log" | wc -c)))
    record log "$log" "$(($(wc -c <"$log")))" "$size"
    tail -n "$3" -- "$log" | cat - /dev/zero 2>/dev/null | head -c "$size"
  done
}
