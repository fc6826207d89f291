# The remote shell of our rsync (its option -e). rsync calls it with a host name, which is not needed, and its server's
# command. It sends a program line that prepares the place and then becomes that server, drops whatever the login shell
# prints before the marked line, and from there on passes bytes both ways.
# Environment: SR_SSH (the ssh command, quoted for a shell), SR_PLACE (a folder with the program line in
# the file `line`, and room for an exit code in the file `code`), SR_NONCE.
shift
case "$*" in *\'*) echo "rsync: cannot pass on: $*" >&2; exit 1 ;; esac
mkfifo "$SR_PLACE/up" || exit 1
exec 3<&0
{
  printf "rsync_server='%s'; " "$*"
  cat "$SR_PLACE/line"
  echo
  exec cat <&3 2>/dev/null
} >"$SR_PLACE/up" &
feeder=$!
{
  eval "$SR_SSH" <"$SR_PLACE/up"
  code=$?
  # Over what is there: on a disk that is full by now there is no room for a new file's first byte.
  printf '%-3s\n' "$code" 1<>"$SR_PLACE/code"
  printf '%s ssh %d\n' "$SR_NONCE" "$code" >&2
  # rsync waits for this shell while it holds the other end open: the feeder would never see it close.
  kill "$feeder" 2>/dev/null
} | {
  while IFS= read -r line; do
    case $line in *"$SR_NONCE begin") exec cat ;; esac
  done
}
# That some files could not be read over there (23) is known from the server's exit code alone.
read -r code <"$SR_PLACE/code"
# Whoever made it may have been killed meanwhile.
rm -rf "$SR_PLACE"
exit "${code:-255}"
