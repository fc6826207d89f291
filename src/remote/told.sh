# Who tells of an end: whoever comes first makes the file `told-MARK`, the laptop here, the job in notify.sh.

# main RUN MARK...: prints the marks that somebody else has told of. `all` is the end of everything submitted so far.
main() {
  meta=$1/.slurm-runner
  newest "$1"
  shift
  until=$(($(now) + 5))
  for mark; do
    file=$meta/told-$mark
    if [ "$mark" = all ]; then file=$file-$attempt; fi
    if claim "$file" laptop 2>/dev/null; then continue; fi
    # A job is at it: for as long as that may take, and no longer.
    first "$file"
    while [ "${line:-job}" = job ] && [ -e "$file" ] && [ "$(now)" -lt "$until" ]; do
      sleep 1
      first "$file"
    done
    case $line in
      sent | laptop) printf '%s\n' "$mark" ;;
      *) put "$file" laptop 2>/dev/null ;;
    esac
  done
}
