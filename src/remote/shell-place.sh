# Puts into a run directory all that a shell there needs.

# main RUN JOB SCRIPT SECRETS INSIDE SHELL: texts; JOB is what the allocation runs, SCRIPT the rendered script that JOB runs, SECRETS lines
# of assignments or empty, INSIDE what comes first in a container, SHELL what the terminal gets (shell.sh).
main() {
  meta=$1/.slurm-runner at=$1/.slurm-runner/attempt-1
  [ -f "$meta/pushed" ] && mkdir -p "$at" || exit 66
  put "$at/script" "$3" && put "$at/job.sh" "$2" && put "$meta/shell" "$6" && put "$at/intent" "$(now)" || exit 73
  [ -z "$5" ] || put "$meta/inside" "$5" || exit 73
  [ -z "$4" ] || (umask 077 && put "$meta/secrets" "$4") || exit 73
}
