# Cancels jobs or array tasks of mine by their ids, and forgets the secrets of a run none of whose jobs is left. Slurm's own cancel says
# nothing about ids it does not know.

# main SETUP SWEEP ID...: of one run, if there are several ids. SWEEP is the run directory of a sweep that is cancelled as a whole, or
# empty: whoever watches it is not to go on with cells that Slurm has not taken yet; or of a flow, of which nobody is to submit the rest.
main() {
  scheduler_ready "$1"
  if [ -n "$2" ]; then rm -f "$2/.slurm-runner/wanted" "$2/.slurm-runner/graph"; fi
  shift 2
  rows=$(scheduler_queue) || exit 71
  ids=" $* "
  found=$(printf '%s\n' "$rows" | awk -F "$US" -v ids="$ids" 'index(ids, " " $1 " ") || index(ids, " " $2 " ")')
  if [ -z "$found" ]; then
    echo none
    exit 0
  fi
  printf '%s\n' "$found"
  live=$(printf '%s\n' "$found" | awk -F "$US" "$LIVE")
  [ -n "$live" ] || exit 0
  scheduler_cancel "$@" || exit 70
  dir=$(printf '%s\n' "$found" | awk -F "$US" 'NR == 1 { print $13 }')
  [ -f "$dir/.slurm-runner/manifest.json" ] || exit 0
  others=$(printf '%s\n' "$rows" | sr_dir=$dir awk -F "$US" -v ids="$ids" "
    $LIVE && \$13 == ENVIRON[\"sr_dir\"] && !index(ids, \" \" \$1 \" \") && !index(ids, \" \" \$2 \" \")")
  [ -n "$others" ] || rm -f "$dir/.slurm-runner/secrets"
}
