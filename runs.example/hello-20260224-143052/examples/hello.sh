#!/usr/bin/env bash
# What the profile hello runs: a few lines of log, and two results.
set -euo pipefail
echo "$GREETING $(uname -n), job $SLURM_JOB_ID: $*"
mkdir -p data/results results
for step in 1 2 3; do
  echo "step $step of 3"
  sleep 0.3
done
date >results/when.txt
echo "$GREETING $(uname -n): $*" >data/results/hello.txt
