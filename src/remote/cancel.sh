# Cancels one job or array task of mine, and forgets its run's secrets. Slurm's own cancel says nothing about ids it does not know.

# main ID SETUP
main() {
  scheduler_ready "$2"
  rows=$(scheduler_queue) || exit 69
  found=$(printf '%s\n' "$rows" | awk -F "$US" -v id="$1" '$1 == id || $2 == id')
  if [ -z "$found" ]; then
    echo none
    exit 0
  fi
  printf '%s\n' "$found"
  live=$(printf '%s\n' "$found" | awk -F "$US" "$LIVE")
  [ -n "$live" ] || exit 0
  scheduler_cancel "$1" || exit 70
  dir=$(printf '%s\n' "$found" | awk -F "$US" 'NR == 1 { print $13 }')
  case $1 in
    *_*) ;; # the other tasks of the array still need them
    *) if [ -f "$dir/.slurm-runner/manifest.json" ]; then rm -f "$dir/.slurm-runner/secrets"; fi ;;
  esac
}
