# A cell of a sweep, before its script runs: its parameters, its folder, its own script. For the supervisor, whose variables it uses.

# cell FOLDER: FOLDER is the sweep's below results/, or that of a flow's job. Fails rather than let a cell run with less than it should have.
cell() {
  read -r sr_offset sr_tasks sr_share sr_scripts sr_part <"$sr_run/.slurm-runner/array-${sr_at##*-}" || return
  sr_cell=$((sr_offset + SLURM_ARRAY_TASK_ID))
  export SWEEP="$1" CELL="$sr_cell" RUN_NUMBER="$((sr_cell + 1))" CELL_NAME="$sr_cell"
  if [ -n "${sr_parameters-}" ]; then
    # Our own lines of assignments, each value quoted.
    sr_line=$(sed -n "$((sr_cell + 1)){p;q;}" "$sr_run/.slurm-runner/$sr_parameters")
    [ -n "$sr_line" ] || return
    eval "$sr_line" || return
  fi
  export RESULTS_DIR="$sr_run/results/$SWEEP/$CELL_NAME"
  mkdir -p "$RESULTS_DIR" || return
  [ "$sr_scripts" != - ] || return 0
  # Lines `L TEXT`, numbered from 1, of each cell `C CELL RANGES` of those that make its script, and `E` at the end.
  sr_script=$sr_at/script.$SLURM_ARRAY_TASK_ID
  awk -v cell="$sr_cell" '
    substr($0, 1, 2) == "L " { text[++count] = substr($0, 3); next }
    $2 == cell {
      parts = split($3, part, ",")
      for (i = 1; i <= parts; i++) {
        split(part[i], ends, "-")
        last = ends[2] == "" ? ends[1] : ends[2]
        for (line = ends[1] + 0; line <= last + 0; line++) print text[line]
      }
      found = 1
      exit
    }
    END { exit !found }' "$sr_run/.slurm-runner/$sr_scripts" >"$sr_script.$$" && mv -f "$sr_script.$$" "$sr_script"
}
