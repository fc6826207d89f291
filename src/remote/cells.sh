# What there is to bring home of a sweep's cells.

# main RUN FOLDER ID...: a record a line: `cell NAME` for each folder of results, `log NAME` for each log of the jobs.
main() {
  run=$1 folder=$2
  shift 2
  cd -- "$run" || exit 66
  for cell in "results/$folder"/*/; do
    cell=${cell%/}
    if [ -d "$cell" ]; then record cell "${cell##*/}"; fi
  done
  cd ../../slurm/logs 2>/dev/null || return 0
  for id; do
    for log in "$id"_*.out "$id"_*.err; do
      if [ -f "$log" ]; then record log "$log"; fi
    done
  done
}
