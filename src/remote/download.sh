# Serves the files of one folder to rsync.

main() {
  cd -- "$1" || exit 66
  serve
  exit
}
