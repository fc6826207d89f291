# Follows the build of an image: its log as it grows, until it has ended.
# Output, a record a line: `log out OFFSET LENGTH` with that many bytes behind it, `queue ROW`, `alive`, `again`, and at last
# `ended TEXT` (the line of the build's `end`) or `dead`.

# main BUILD OFFSET SETUP INTERVAL LIFE: OFFSET in bytes of the log; INTERVAL in seconds between two questions to the scheduler,
# LIFE in seconds of this call.
main() {
  build=$1 seen=$2 setup=$3
  scheduler_there=
  # At first often: what was only sent is in place soon.
  pause=0.3 short=0.1 per=10
  sleep 0.01 2>/dev/null || { pause=1 short=1 per=3; }
  every=$(($4 * per / 3 + 1)) last=$(($5 * per / 3)) tick=0 next=0 beat=none
  while [ "$tick" -lt "$last" ]; do
    # The word of its end first: what it wrote before is in the log by then. Listing the folder makes an NFS client look afresh.
    for file in "$build"/*; do :; done
    first "$build/end"
    ended=$line
    follow out "$build/log"
    if [ -n "$ended" ]; then
      record ended "$ended"
      exit 0
    fi
    if [ $((tick % per)) = 0 ]; then record alive; fi
    if [ $((tick % 3)) = 0 ]; then look; fi
    if [ "$tick" -lt 20 ]; then sleep "$short"; else sleep "$pause"; fi
    tick=$((tick + 1))
  done
  record again
}

# look: whether somebody still works on it. The scheduler is asked seldom, a process of this machine costs nothing, and on another login
# node a minute without a beat is an end.
look() {
  if ! [ -d "$build" ]; then
    record dead
    exit 0
  fi
  first "$build/owner"
  case $line in
    *" $(uname -n) "*) ;;
    job\ *)
      [ "$tick" -ge "$next" ] || return 0
      next=$((tick + every))
      if [ -z "$scheduler_there" ]; then
        scheduler_ready "$setup"
        scheduler_there=yes
      fi
      scheduler_queue 2>/dev/null | awk -F "$US" -v id="${line#job }" '$2 == id' | sed "s/^/queue$US/"
      ;;
    *)
      first "$build/beat"
      if [ "$line" != "$beat" ]; then
        beat=$line next=$((tick + per * 20))
        return
      fi
      [ "$tick" -ge "$next" ] || return 0
      record dead
      exit 0
      ;;
  esac
  standing "$build"
  if [ "$state" = dead ]; then
    follow out "$build/log"
    record dead
    exit 0
  fi
}
