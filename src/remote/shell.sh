# What runs on a person's terminal over there: asks the scheduler for the allocation, in which the attempt's job has the streams.

# main RUN SETUP TTY OPTION...: TTY is `yes` or empty. Ends with the code of the job; with 130 where it was given up before it began.
main() {
  given_up=''
  # Ctrl-C is for whom it reaches besides.
  trap 'given_up=yes' INT
  trap : QUIT
  scheduler_ready "$2"
  run=$1 tty=$3 at=$1/.slurm-runner/attempt-1
  shift 3
  cd -- "$run" || exit 66
  scheduler_attend "$tty" "$@" /bin/sh "$at/job.sh"
  code=$?
  if [ -n "$given_up" ] && ! [ -e "$at/begin" ]; then exit 130; fi
  exit "$code"
}
