# What a run's sweep was when it was started.

# main RUN: its JSON; nothing if the run is no sweep's. Ends with 66 if there is no such run.
main() {
  [ -f "$1/.slurm-runner/manifest.json" ] || exit 66
  cat "$1/.slurm-runner/sweep.json" 2>/dev/null || :
}
