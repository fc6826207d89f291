/** What `slurm-help` prints: every target, a line each. */

const TARGETS: readonly (readonly [target: string, does: string])[] = [
  ['slurm-full PROFILE=x', 'push, submit, watch and collect, in one go'],
  ['slurm-run PROFILE=x', 'push and submit'],
  ['slurm-push PROFILE=x', 'a fresh run directory on the cluster with the code'],
  ['slurm-submit PROFILE=x', 'submit the pushed run'],
  ['slurm-resubmit PROFILE=x', 'a new job in the same run directory, once the last has ended'],
  ['slurm-watch PROFILE=x', 'wait for the job, showing its log'],
  ['slurm-log PROFILE=x', 'the end of its logs (LINES=n; FOLLOW=1 stays)'],
  ['slurm-status', 'the queue there and what is tracked here'],
  ['slurm-fetch PROFILE=x', 'results and logs so far; removes nothing'],
  ['slurm-collect [PROFILE=x]', 'results and logs of ended jobs, verified; then the run directory goes'],
  ['slurm-recover [PROFILE=x]', 'after any accident: finds the runs again and says what comes next'],
  ['slurm-cancel JOB_ID=n', 'cancel one job or array task'],
  ['slurm-release PROFILE=x', 'let a held job go (HOLD=1); SWEEP=x a sweep, FLOW=x a flow, JOB_ID=n one job or task'],
  ['slurm-clean [PROFILE=x]', 'list, then remove, run directories that nobody needs'],
  ['slurm-render PROFILE=x', 'the job script as it would be submitted; FLOW=x those of a flow, ONLY=job one of them'],
  ['slurm-profiles', 'the profiles, one line each'],
  ['slurm-history [PROFILE=x]', 'past jobs and what they used'],
  ['slurm-shell PROFILE=x', 'a shell in an allocation as its jobs get it; CMD="…" runs one command'],
  ['slurm-gpus [PROFILE=x]', 'the GPUs that an allocation has'],
  ['slurm-info [PARTITION=x]', 'partitions, nodes, free CPUs, memory and GPUs'],
  ['slurm-sweep-start SWEEP=x', 'many jobs from one profile: the cells of slurm/sweeps/x.yaml, as job arrays'],
  ['slurm-sweep-watch SWEEP=x', 'wait until they have ended, showing how far it has come'],
  ['slurm-sweep-status SWEEP=x', 'how they stand; CELLS=1 all of them, CELLS=failed, CELL=n one and its log'],
  ['slurm-sweep-collect SWEEP=x', 'those that have ended come home, with a table of all'],
  ['slurm-sweep-resume SWEEP=x', 'run again what failed or is missing'],
  ['slurm-sweep-cancel SWEEP=x', 'cancel what of them is in the queue; CELL=n some'],
  ['slurm-sweep-full SWEEP=x', 'start, watch and collect, in one go'],
  ['slurm-flow FLOW=x', 'a graph of jobs: all of slurm/flows/x.yaml, each after those it depends on'],
  ['slurm-flow-watch FLOW=x', 'wait until they have ended, showing how each stands'],
  ['slurm-flow-status FLOW=x', 'how they stand, what each waits for, why one failed'],
  ['slurm-flow-collect FLOW=x', 'results and logs of all of them; then the run directory goes'],
  ['slurm-flow-cancel FLOW=x', 'cancel what of it is in the queue'],
  ['slurm-flow-graph FLOW=x', 'the graph for Mermaid, coloured by how the jobs stand'],
  ['slurm-flow-full FLOW=x', 'submit, watch and collect, in one go'],
  ['slurm-image-refresh [IMAGE=x]', 'a container image made on the cluster; nothing is needed here'],
  ['slurm-image-build [IMAGE=x]', 'a container image made here, by docker, podman, buildah or apptainer'],
  ['slurm-image-push [IMAGE=x]', 'that image to the cluster, without a registry'],
  ['slurm-image-setup [IMAGE=x]', 'both'],
  ['slurm-image-list [IMAGE=x]', 'the images there, and what uses them'],
  ['slurm-image-clean [IMAGE=x]', 'list, then remove, versions of images that nothing uses'],
  ['slurm-check [PROFILE=x]', 'whether everything is in order, here and there'],
];

const VARIABLES: readonly (readonly [variable: string, means: string])[] = [
  ['TAG=name', 'a second live run of the same profile beside the first'],
  ['CLUSTER=name', 'slurm/clusters/name.conf instead of slurm/cluster.conf'],
  ['ARGS="…"', 'the arguments of SCRIPT; any key of a profile can be given so'],
  ['COUNT=n, CELL=n', 'only so many cells, or these: 17, 3,5-9, "EVAL=gsm8k AGENT=claude"'],
  ['MAX_CONCURRENT=n, MAX_RUNS=n', 'so many cells at a time; so many at all'],
  ['RETRY=n', 'how often a failed cell may be run again (3)'],
  ['SWEEP_ID=id', 'a sweep of W&B: slurm-sweep-status shows it, slurm-sweep-resume sends it agents'],
  ['FROM=job, ONLY=job', 'of a flow: that job once more and all after it; that job alone'],
  ['RESUME=1', 'of a flow: what failed or never ran, and all after that'],
  ['IMAGE=name', 'slurm/images/name.conf, where there are several'],
  ['CMD="…"', 'one command for slurm-shell instead of a shell'],
  ['HOLD=1', 'submit it held: slurm-release lets it go'],
  ['DRY_RUN=1', 'show everything, change nothing'],
  ['YES=1', 'answer yes'],
  ['FORCE=1', 'go past a refusal'],
  ['JSON=1', 'one JSON document on standard output'],
];

export function helpText(): string {
  const column = (rows: readonly (readonly [string, string])[]): string[] =>
    rows.map(([name, text]) => `  ${name.padEnd(31)}${text}`);
  return ['Targets:', ...column(TARGETS), '', 'Variables, on the command line of make:', ...column(VARIABLES)].join(
    '\n',
  );
}
