# apptainer (or singularity, its name before and elsewhere) behind the functions that every container runtime has.

runtime_program=apptainer extension=sif

runtime_ready() {
  for program in apptainer singularity; do
    if command -v "$program" >/dev/null; then
      # What it unpacks in between is as large as the image: where its own folder for that is too small, the site or REMOTE_SETUP
      # names another (APPTAINER_TMPDIR).
      return 0
    fi
  done
  echo "apptainer: not found on $(uname -n)" >&2
  return 69
}

# Its own temporary folders go with its processes, and what it makes lies in the build's folder.
abandon() { :; }

base_digest() { case $1 in docker://*) registry_digest "$1" ;; esac; }

fetch_base() { "$program" build -F "$2" "$1"; }

# `SIF_MAGIC` stands at byte 32 of a SIF file, after the line that starts it as a program; `sif list` reads its tables.
whole() {
  case $(head -c 64 "$1" 2>/dev/null | tr -d '\0') in *SIF_MAGIC*) ;; *) return 1 ;; esac
  "$program" sif list "$1" >/dev/null 2>&1
}

runs() { "$program" exec "$1" true; }

# assemble BASE OUT
assemble() { from localimage "$1" "$2"; }

# assemble_archive DIR OUT
assemble_archive() { from oci "$1" "$2"; }

# from BOOTSTRAP SOURCE OUT: what a base becomes with the sections that the laptop wrote.
from() {
  {
    printf 'Bootstrap: %s\nFrom: %s\n' "$1" "$2"
    cat sections.def
  } >image.def && build "$3" image.def
}

# build OUT SOURCE: as root inside; who is not root outside needs --fakeroot for that.
build() {
  if [ "$(id -u)" = 0 ]; then "$program" build -F "$1" "$2"; else "$program" build -F --fakeroot "$1" "$2"; fi
}
