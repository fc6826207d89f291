#!/bin/sh
# What somebody would write by hand for one job, and no more: the yardstick for slurm-run.
# usage: minimal.sh HOST RUN_DIR FILES JOB SOCKET: FILES lists what to send, one path a line.
set -e
host=$1 dir=$2 files=$3 job=$4 socket=$5
ssh -fNM -S "$socket" -o ControlPersist=60 "$host" 2>/dev/null
ssh -S "$socket" "$host" "mkdir -p '$dir'"
rsync -az --files-from="$files" -e "ssh -S $socket" ./ "$host:$dir/"
ssh -S "$socket" "$host" "cd '$dir' && sbatch --parsable '$job'"
