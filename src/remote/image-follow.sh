# Follows the build of an image: its log as it grows, until it has ended.
# Output, a record a line: `log out OFFSET LENGTH` with that many bytes behind it, `queue ROW`, `alive`, `again`, and at last
# `ended TEXT` (the line of the build's `end`) or `dead`.

# main BUILD OFFSET SETUP INTERVAL LIFE: OFFSET in bytes of the log; INTERVAL in seconds between two questions to the scheduler,
# LIFE in seconds of this call.
main() {
  build=$1 seen=$2 setup=$3
  # Time in tenths of a second, or in seconds where sleep knows no others. Often while it has something to say: where more was
  # written, more follows.
  short=0.1 pause=0.3 long=3 second=10
  sleep 0.01 2>/dev/null || short=1 pause=1 long=1 second=1
  every=$(($4 * second)) last=$(($5 * second)) time=0 quiet=0 sign=0 glance=0 next=0 beat=none
  while [ "$time" -lt "$last" ]; do
    # The word of its end first: what it wrote before is in the log by then. Listing the folder makes an NFS client look afresh.
    for file in "$build"/*; do :; done
    first "$build/end"
    ended=$line before=$seen
    follow out "$build/log"
    if [ -n "$ended" ]; then
      record ended "$ended"
      exit 0
    fi
    if [ "$time" -ge "$sign" ]; then
      record alive
      sign=$((time + 3 * second))
    fi
    if [ "$time" -ge "$glance" ]; then
      look
      glance=$((time + second))
    fi
    if [ "$seen" != "$before" ]; then quiet=0; fi
    if [ "$quiet" -lt $((2 * second)) ]; then
      sleep "$short"
      time=$((time + 1))
    else
      sleep "$pause"
      time=$((time + long))
    fi
    quiet=$((quiet + 1))
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
    *" $(uname -n) "*) standing "$build" ;;
    job\ *)
      [ "$time" -ge "$next" ] || return 0
      next=$((time + every)) rows=
      with_signs standing "$build"
      [ -z "$rows" ] || printf '%s\n' "$rows" | awk -F "$US" -v id="${line#job }" '$2 == id' | sed "s/^/queue$US/"
      ;;
    *)
      first "$build/beat"
      if [ "$line" != "$beat" ]; then
        beat=$line next=$((time + 60 * second))
        return
      fi
      [ "$time" -ge "$next" ] || return 0
      record dead
      exit 0
      ;;
  esac
  if [ "$state" = dead ]; then
    follow out "$build/log"
    record dead
    exit 0
  fi
}
