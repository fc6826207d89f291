# enroot behind the functions that every container runtime has (its own documentation, `enroot COMMAND --help`, names the options).

runtime_program=enroot extension=sqsh

# runtime_ready: without XDG_RUNTIME_DIR, as in a job, enroot looks for a folder /run/enroot that only some sites have.
runtime_ready() {
  command -v enroot >/dev/null || {
    echo "enroot: not found on $(uname -n)" >&2
    return 69
  }
  # Other projects may have images of the same name.
  containers=slurm-runner-$(printf '%s' "$images" | cksum | cut -d' ' -f1)-$name-
  first token
  container=$containers${build##*/}-$line
  # A login shell inside would take the PATH of the distribution's /etc/profile for the image's own.
  export ENROOT_LOGIN_SHELL=n
  if ! enroot list >/dev/null 2>&1; then
    export ENROOT_RUNTIME_PATH="$TMPDIR/run"
    enroot list >/dev/null
  fi
}

# abandon mine|all: this build's container, or at its beginning those that any before it left.
abandon() {
  enroot list 2>/dev/null | while IFS= read -r other; do
    case $other in "$containers"*) ;; *) continue ;; esac
    # NUMBER-TOKEN; an image whose name goes on with a number has one dash more.
    case ${other#"$containers"} in *-*-* | *[!0-9a-f-]*) continue ;; esac
    if [ "$other" = "$container" ] || [ "$1" = all ]; then enroot remove -f "$other" >/dev/null 2>&1 </dev/null; fi
  done
}

# base_digest URI: a command that older versions do not know.
base_digest() { enroot digest "$1" 2>/dev/null </dev/null | grep -x 'sha256:[0-9a-f]*' || registry_digest "$1"; }

fetch_base() { enroot import -o "$2" "$1"; }

# whole FILE: the superblock stands at the beginning and is written last, so a broken-off export has none; a file that was cut
# short has one, which says how long it should be.
whole() {
  [ -s "$1" ] && super=$(unsquashfs -s "$1" 2>/dev/null) || return 1
  length=$(printf '%s\n' "$super" | sed -n 's/^Filesystem size \([0-9]*\) bytes.*/\1/p')
  if [ -n "$length" ]; then [ "$(($(wc -c <"$1")))" -ge "$length" ]; else unsquashfs -l "$1" >/dev/null 2>&1; fi
}

# runs FILE: as it is where fuse may mount it, which few sites allow, and the container has served; else unpacked once more.
runs() {
  if command -v squashfuse >/dev/null && [ -r /dev/fuse ] && [ -w /dev/fuse ]; then
    abandon mine &
    removing=$!
    if enroot start --rc always.sh "$1" >/dev/null 2>&1; then return; fi
    wait "$removing"
  fi
  if ! enroot create -f -n "$container" "$1" >messages 2>&1; then
    cat messages
    return 1
  fi
  enroot start --rc always.sh "$container"
}

# assemble BASE OUT
assemble() {
  say 'create'
  enroot create -f -n "$container" "$1" && finish "$2"
}

# assemble_archive DIR OUT: what an image is made of, unpacked where enroot keeps its containers.
assemble_archive() {
  say 'unpack'
  # In between it need not be small: compressing it would take most of the time.
  unpack "$1" rootfs && mksquashfs rootfs "base.$extension" -all-root -noappend -no-progress -noI -noD -noF -noX >/dev/null &&
    chmod -R u+rwX rootfs && rm -rf rootfs && assemble "base.$extension" "$2"
}

# finish OUT: requirements, set-up, environment and identity go in, and the container becomes a file. `--rc` runs the script
# instead of the image's entry point. Of the host's environment only proxies and pip's settings go inside.
finish() {
  say 'start as root'
  pass=
  for variable in $(env | sed -n 's/^\([A-Za-z_]*_[Pp][Rr][Oo][Xx][Yy]\|PIP_[A-Z_]*\)=.*/\1/p'); do pass="$pass -e $variable"; done
  # shellcheck disable=SC2086 # a list of words
  enroot start --rw --root $pass --rc finish.sh "$container" || return
  say 'export'
  enroot export -o "$1" "$container"
}
