# Reports the markers of a run's jobs and tasks as they appear; the scheduler is not asked.

# main RUN SECONDS: a record a line: `marker NAME LINE`, those that are there already too, and `alive`. Ends after SECONDS.
main() {
  meta=$1/.slurm-runner until=$(($(now) + $2))
  known=
  watched "$1"
  while [ "$(now)" -lt "$until" ]; do
    names=$(listed)
    if [ "$names" != "$known" ]; then
      printf '%s\n=\n%s\n' "$known" "$names" | awk '
        $0 == "=" { later = 1; next }
        !later { seen[$0]; next }
        !($0 in seen)' | while read -r marker; do
        first "$meta/$marker"
        record marker "${marker##*/}" "$line"
      done
      known=$names
    fi
    record alive
    if [ $(($(now) % 20)) = 0 ]; then watched "$1"; fi
    sleep 1
  done
}

# listed: the markers, a line each. Listing a folder makes an NFS client look afresh.
listed() {
  (cd "$meta" && printf '%s\n' attempt-*/begin* attempt-*/end*) | awk '/\/(begin|end)(\.[0-9]+)?$/'
}
