# What is known of images and their builds: which version is whose, which build is the newest, whose it is, and whether it lives.

# name_of FILE: `NAME-<12 hexadecimal digits>.sqsh` is a version of NAME; anything else stands for itself.
name_of() { printf '%s' "${1%.*}" | sed 's/-[0-9a-f]\{12\}$//'; }

# newest_build BUILDS: the highest number in `number`, 0 for none.
newest_build() {
  number=0
  for folder in "$1"/*; do
    case ${folder##*/} in *[!0-9]* | '') continue ;; esac
    if [ "${folder##*/}" -gt "$number" ]; then number=${folder##*/}; fi
  done
}

# own BUILD WORD: this process is the one that works on it; WORD is `starting` or `login`.
own() { put "$1/boot" "$(boot)" && put "$1/owner" "$2 $(uname -n) $(identity $$)"; }

# clear_scratch BUILD: what it noted as its folder of passing things on this machine's own disk.
clear_scratch() {
  first "$1/tmpdir"
  case $line in */slurm-runner.*) chmod -R u+rwX "$line" 2>/dev/null && rm -rf "$line" ;; esac
}

# boot: which start of this machine it is: numbers of processes mean nothing after another.
boot() { cat /proc/sys/kernel/random/boot_id 2>/dev/null; }

# standing BUILD: `state` is ended, alive, dead, or unknown where the scheduler does not answer.
standing() {
  state=dead waited=0
  while :; do
    if [ -e "$1/end" ]; then
      state=ended
      return
    fi
    first "$1/owner"
    [ -z "$line" ] || break
    # Made this very moment.
    [ "$waited" -lt 10 ] || return 0
    sleep 1
    waited=$((waited + 1))
  done
  case $line in
    job\ *)
      state=unknown
      # In a shell of its own: what the site's text exports might have the names of ours.
      rows=$(scheduler_ready "$setup" && scheduler_queue 2>/dev/null) || return 0
      state=dead
      if printf '%s\n' "$rows" | awk -F "$US" -v id="${line#job }" "\$2 == id && $LIVE { live = 1 } END { exit !live }"; then
        state=alive
      else
        # Listing the folder makes an NFS client look afresh.
        for file in "$1"/*; do :; done
        [ ! -e "$1/end" ] || state=ended
      fi
      ;;
    *" $(uname -n) "*)
      if lives_on "${line#* * }"; then
        state=alive
      elif [ -e "$1/end" ]; then state=ended; fi
      ;;
    *)
      # On another login node: it lives if its beat goes on, which a busy node or file system may hold up.
      first "$1/beat"
      before=$line waited=0
      while [ "$waited" -lt 60 ]; do
        sleep 2
        waited=$((waited + 2))
        first "$1/beat"
        if [ -e "$1/end" ]; then
          state=ended
          return
        elif [ "$line" != "$before" ]; then
          state=alive
          return
        fi
      done
      ;;
  esac
}

# lives_on IDENTITY: whether that very process is still there.
lives_on() { [ -n "$1" ] && [ "$(identity "${1%% *}" 2>/dev/null)" = "$1" ]; }
