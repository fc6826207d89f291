/** Why a job did not run in its container, by the end of its log: of srun's exit code alone nobody could tell. */

import type { ContainerTrouble } from './verdict.ts';

/** What begins a line of Slurm's: the task's number under `srun --label`, who says it, and since 24.11 when. */
const WHO = String.raw`(?:\d+: )?(?:\[[^\]]*\] )?(?:slurmstepd(?:-[^:]+)?|srun): (?:error: )?`;
const pyxis = (text: string) => new RegExp(`^${WHO}pyxis:\\s+${text}`);
const ours = (text: string) => new RegExp(`^(?:\\d+: )?slurm-runner: ${text}`);

/** What says most comes first; of a pattern's group comes the detail. */
const SAYS: readonly (readonly [kind: ContainerTrouble['kind'], pattern: RegExp])[] = [
  // Slurm's own complaint of an option, and popt's of older ones.
  ['no-pyxis', /\b(?:srun|sbatch): (?:error: )?unrecognized option '?(--container-[a-z-]+)/],
  ['no-runtime', ours('(there is neither apptainer nor singularity on .+)')],
  ['image-gone', ours('the image of this run is not there on (.+)')],
  ['other-image', ours('(task \\d+ on .+) is in another image')],
  ['mount', pyxis('--container-mounts: source path does not exist: (.+)')],
  ['mount', pyxis('enroot-mount: failed to mount: (.+) at .+: No such file or directory')],
  ['mount', /^(?:\d+: )?FATAL:.*mount source (.+) doesn't exist/],
  ['workdir', pyxis("couldn't chdir to (.+): No such file or directory")],
  ['workdir', /^(?:\d+: )?FATAL:\s+failed to set working directory: chdir (.+): no such/],
  ['import', pyxis('failed to import docker image: (.+)')],
  ['import', /^(?:\d+: )?FATAL:\s+(?:Unable to handle|[Ww]hile making image from oci registry:) (.+)/],
  ['image', pyxis('failed to create container filesystem for image: (.+)')],
  ['image', /^(?:\d+: )?FATAL:.*could not open image (.+)/],
  ['start', pyxis('(container start failed.*|container exited too soon|couldn.t .+)')],
  ['start', /^(?:\d+: )?FATAL:\s+(container creation failed.*)/],
  ['outside', ours('(task \\d+ on .+) was started outside its container')],
  ['outside', ours('((?:nothing|only \\d+ of \\d+ tasks) ran in the(?:ir)? container)')],
];

/** enroot's own words on it come as further lines of Pyxis, indented; an error of its own says most, else the last of them. */
const ERROR = pyxis('\\[ERROR\\] (.+)');
const LINE = new RegExp(`^${WHO}pyxis: {2,}(.+)`);

/** What the ends of the logs of a job that did not end well say of its container. */
export function containerTrouble(logs: readonly string[]): ContainerTrouble | undefined {
  const lines = logs.flatMap((log) => log.split(/\r?\n/));
  for (const [kind, pattern] of SAYS) {
    const found = lines.map((line) => pattern.exec(line)).find(Boolean);
    if (!found) continue;
    const words = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? []);
    const reason =
      kind === 'image' || kind === 'import' || kind === 'start' ? (words(ERROR)[0] ?? words(LINE).at(-1)) : '';
    const detail = [found[1]?.trim(), reason].filter(Boolean).join(': ');
    return { kind, detail: detail.slice(0, 300) };
  }
  return undefined;
}
