#!/bin/sh
# What the jobs of the flow `study` run; they share one run directory, so each finds what those before it wrote.
set -eu
case $1 in
  prepare)
    mkdir -p results
    echo 42 >"$2"
    ;;
  tune) echo "$LR $((LR * $(cat "$2")))" >"$RESULTS_DIR/score.txt" ;;
  baseline) echo "$3 $(($3 * $(cat "$2")))" >results/baseline.txt ;;
  report) cat results/baseline.txt results/*/tune/*/score.txt | sort -n >results/report.txt ;;
esac
echo "$1: done on $(uname -n)"
