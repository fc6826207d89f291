# The exit code that a file's run on a terminal left.

# main FILE: nothing if it left none. Its connection may have broken a moment before its end.
main() {
  waited=0
  until [ -s "$1.code" ] || [ "$waited" -ge 2 ]; do
    sleep 1
    waited=$((waited + 1))
  done
  first "$1.code"
  printf '%s\n' "$line"
}
