# A program for the tests of programs: gives back what it was given.

# main CODE ARG...: the arguments, each ended by a NUL, then standard input as it comes; ends with CODE.
main() {
  code=$1
  shift
  printf '%s\0' "$@"
  cat
  echo 'a word on standard error' >&2
  exit "$code"
}
