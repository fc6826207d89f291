# What a run's sweep was when it was started.

# main RUN: its JSON; nothing if the run is no sweep's.
main() { cat "$1/.slurm-runner/sweep.json" 2>/dev/null || :; }
