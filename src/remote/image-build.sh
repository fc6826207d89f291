# Makes an image, detached from whoever asked for it: on a login node, or as a Slurm job. Everything is made under names of its
# own, beside the image that is there, and takes its place by a rename once it has been checked.

# main BUILD IMAGES NAME FORCE: BUILD is the folder with the inputs, where the work is done.
main() {
  trap '' HUP PIPE
  build=$1 images=$2 name=$3 force=$4
  cd -- "$build" || exit 66
  # Somebody took it for dead meanwhile.
  [ ! -e end ] || exit 75
  if [ -n "${SLURM_JOB_ID-}" ]; then put owner "job $SLURM_JOB_ID"; else own . login; fi
  exec >>log 2>&1 </dev/null
  trap 'stopped 143' TERM
  trap 'stopped 130' INT
  begun=$(now) step=start
  # Told from others' by what they carry and where they put things: whoever comes after a break-off ends and clears them away.
  export SLURM_RUNNER_BUILD="$build"
  beat &
  beating=$!
  # It may say, too, where the runtime keeps its files; what is removed here must not be named by it.
  site "$runtime_program" "$(cat site)" || failed $?
  build=$1 images=$2 name=$3 force=$4
  # A job that was requeued finds what its life before left.
  sweep
  # On the machine's own disk; noted, so that whoever comes after a break-off can clear it away.
  put tmpdir "$(mktemp -d "${TMPDIR:-/tmp}/slurm-runner.XXXXXX")"
  first tmpdir
  [ -d "$line" ] || failed 73
  export TMPDIR="$line"
  runtime_ready || failed $?
  abandon all
  make_image
  abandon mine
  sweep
  put end "built $file $digest $size $(($(now) - begun))"
  kill "$beating" 2>/dev/null
  exit 0
}

# beat: a sign of life for those who cannot see this process, as long as it is there.
beat() {
  beats=0
  while kill -0 "$$" 2>/dev/null && [ -d "$build" ]; do
    beats=$((beats + 1))
    put "$build/beat" "$beats" 2>/dev/null
    sleep 2
  done
  # Somebody took the folder away.
  [ -d "$build" ] || kill -TERM "$$" 2>/dev/null
}

# say TEXT: a line of our own among those of the programs.
say() { printf '== %s\n' "$*"; }

# step NAME TEXT COMMAND...: in the background, so that a signal is acted on at once.
step() {
  step=$1
  [ -z "$2" ] || say "$2"
  shift 2
  "$@" &
  working=$!
  wait "$working"
  code=$?
  [ "$code" = 0 ] || failed "$code"
}

# failed CODE
failed() {
  trap '' TERM INT
  abandon mine
  sweep
  put end "failed $step $1"
  kill "$beating" 2>/dev/null
  exit 1
}

stopped() {
  trap '' TERM INT
  say 'stopped'
  # The programs at work have children, which must not go on.
  kill_descendants $$
  failed "$1"
}

# kill_descendants PID
kill_descendants() {
  for child in $(ps -A -o pid= -o ppid= | awk -v of="$1" '$2 == of { print $1 }'); do
    [ "$child" != "$beating" ] || continue
    (kill_descendants "$child")
    kill -s KILL "$child" 2>/dev/null
  done
}

# sweep: the work files; what a person may want to read stays.
sweep() {
  chmod -R u+rwX "$build" 2>/dev/null
  rm -rf "$build/base.$extension" "$build/new.$extension" "$build/rootfs"
  clear_scratch "$build"
}

make_image() {
  read -r kind what <base
  first recipe
  recipe=$line made_of=$what
  base_file='' base_is=''
  case $kind in
    registry)
      # Before it is fetched: a tag that moves meanwhile costs a build too many the next time, never one too few.
      step base '' known_digest "$what"
      first base.digest
      base_is=$line
      made_of="$what${base_is:+ ($base_is)}"
      ;;
    file) what=$(expand "$what") && step base "base $what" digest_of "$what" && first base.digest && base_is=$line ;;
  esac
  # What the laptop sent has its digest in the recipe already; a registry that does not tell its own is asked again each time.
  case $kind$base_is in registry | file) recipe=- ;; esac
  [ "$recipe" = - ] || recipe=$(printf '%s %s' "$recipe" "$base_is" | sha256sum | cut -d' ' -f1)
  if [ "$force" != force ] && unchanged; then
    say "nothing has changed since $file was made"
    sweep
    put end "current $file $digest $size 0"
    kill "$beating" 2>/dev/null
    exit 0
  fi
  first identity
  identity=$line
  put always.sh 'exit 0' || failed 73
  case $kind in
    registry)
      base_file=$build/base.$extension
      if [ -n "$base_is" ]; then base_file=$images/.bases/$(printf '%s' "$base_is" | tr -d ':' | cut -c 1-40).$extension; fi
      if [ -n "$base_is" ] && whole "$base_file" >/dev/null 2>&1; then say "base $what, fetched before"; else base_from_registry; fi
      step create '' assemble "$base_file" "new.$extension"
      ;;
    archive) step create '' assemble_archive "$what" "new.$extension" ;;
    file | incoming)
      # A ready-made image stays as it is.
      case $(cat additions 2>/dev/null)$what in
        /*."$extension")
          identity=-
          step create "take $what" take "$kind" "$what" "new.$extension"
          ;;
        *) step create '' assemble "$what" "new.$extension" ;;
      esac
      ;;
  esac
  step check 'check' checked "new.$extension"
  step=publish
  # Judged dead by another meanwhile, who makes it now.
  if ! [ -d "$build" ] || [ -e "${build%/*}/$((${build##*/} + 1))" ]; then failed 75; fi
  publish || failed 73
}

known_digest() {
  case $1 in *@sha256:*) put base.digest "sha256:${1##*@sha256:}" ;; *) put base.digest "$(base_digest "$1")" ;; esac
}

digest_of() {
  [ -r "$1" ] || {
    echo "there is no file $1" >&2
    return 66
  }
  put base.digest "sha256:$(sha256 "$1")"
}

# base_from_registry: fetched beside, checked, then kept for the next time.
base_from_registry() {
  step base "fetch $what" fetch_base "$what" "base.$extension"
  step base '' whole "base.$extension"
  [ -n "$base_is" ] || return 0
  if ! { mkdir -p "$images/.bases" && mv -f "base.$extension" "$base_file"; }; then failed 73; fi
}

# take KIND FILE OUT: a ready-made image as it is. What was sent is ours to move.
take() {
  if [ "$1" = incoming ]; then ln "$2" "$3" 2>/dev/null || cp "$2" "$3"; else cp "$2" "$3"; fi
}


# checked FILE: whole, and fit to run a command. Its sum, which takes as long, is made meanwhile; of a file that was sent it is known.
checked() {
  if ! whole "$1"; then
    echo 'the new image is not whole' >&2
    return 1
  fi
  if [ -s sent ]; then cp sent digest; else sha256 "$1" >digest & fi
  summing=$!
  runs "$1" || return
  [ -s sent ] || wait "$summing"
}

# info FILE KEY: a value of what was noted of a published image in `line`.
info() { line=$(sed -n "s/^$2 //p" "$1.info" 2>/dev/null); }

# current: the file of the image that is there now, in `file`; fails if there is none of ours.
current() {
  file=$(readlink "$images/$name.$extension" 2>/dev/null) && case $file in "$name"-*."$extension") ;; *) false ;; esac &&
    [ -f "$images/$file.info" ] && [ -f "$images/$file" ]
}

# unchanged: the image that is there was made of the same, and is as it was made.
unchanged() {
  [ "$recipe" != - ] && current || return 1
  info "$images/$file" recipe
  [ "$line" = "$recipe" ] || return 1
  info "$images/$file" digest
  digest=$line
  info "$images/$file" size
  size=$line
  info "$images/$file" mtime
  [ "$(stat -c '%s %Y' "$images/$file")" = "$size $line" ] && whole "$images/$file" >/dev/null 2>&1
}

publish() {
  first digest
  digest=sha256:$line
  file=$name-$(printf '%s' "$line" | cut -c 1-12).$extension
  # The very same file is left alone: it may be in use, and its note is true.
  if cmp -s "new.$extension" "$images/$file"; then rm -f "new.$extension"; else chmod go-w "new.$extension" && mv -f "new.$extension" "$images/$file"; fi &&
    size=$(stat -c %s "$images/$file") || return
  put "$images/$file.info" "digest $digest
size $size
mtime $(stat -c %Y "$images/$file")
recipe $recipe
identity $identity
made $(now)
base $made_of" || return
  link=$images/$name.$extension
  # An image that somebody put there by hand is kept.
  if [ -f "$link" ] && ! [ -L "$link" ]; then ln "$link" "$images/$name-before-$(date +%Y%m%d-%H%M%S).$extension" || return; fi
  ln -s "$file" "$link.$$.tmp" && mv -f "$link.$$.tmp" "$link" || return
  say "$name.$extension is now $file ($size bytes)"
}
