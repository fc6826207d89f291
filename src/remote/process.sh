# Processes of the embedded executor: out of reach of the terminal, told apart from later ones with the same number, and ended.

# detached COMMAND...: becomes the command, in a session or at least a process group of its own, where Ctrl-C, a hangup and the
# end of whoever started it do not reach it. Job control (set -m) would do it too, but dash has none without a terminal, and
# takes the terminal for itself where there is one.
detached() {
  if command -v setsid >/dev/null; then exec setsid "$@"; fi
  # GNU's puts itself and its child into a group of their own; 0 is no limit.
  if timeout 0 true 2>/dev/null; then exec timeout 0 "$@"; fi
  exec perl -e 'use POSIX; POSIX::setsid(); exec @ARGV; exit 127' -- "$@"
}

# identity PID: the process and its start time, so that a number given anew is not taken for it; fails if there is none.
identity() { identify "$1" && printf '%s\n' "$identity"; }

# identify PID: the same in `identity`, without a process for it where there is /proc.
identify() {
  identity=''
  if [ -r "/proc/$$/stat" ]; then
    { IFS= read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    # Ended, though nobody has asked for its code yet.
    case ${stat##*) } in Z*) return 1 ;; esac
    # Field 22 (proc(5)), counted from behind the name, which may hold anything.
    # shellcheck disable=SC2086
    born_in ${stat##*) }
  else
    born=$(ps -o lstart= -p "$1" 2>/dev/null | tr -s ' ' '_')
  fi
  [ -n "$born" ] && identity="$1 $born"
}

born_in() { born=${20}; }

# end_group PID...: TERM, and KILL half a minute later, as Slurm does (KillWait).
end_group() {
  # The oldest form: dash takes no `-0 --`, busybox no `--` at all.
  for leader; do kill -TERM "-$leader" 2>/dev/null; done
  left=60
  while [ "$left" -gt 0 ] && is_any_left "$@"; do
    sleep 0.5 2>/dev/null || sleep 1
    left=$((left - 1))
  done
  for leader; do kill -KILL "-$leader" 2>/dev/null; done
}

is_any_left() {
  for leader; do
    if kill -0 "-$leader" 2>/dev/null; then return 0; fi
  done
  return 1
}
