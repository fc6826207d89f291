/** The words that put a command into a profile's container: srun's options for Pyxis, or those of `apptainer exec`. */

import type { Mount, Profile } from '../conf/types.ts';

export interface ContainerPlace {
  /** Both absolute on the cluster. */
  runDir: string;
  remoteDir: string;
  /** What `~/` stands for on the cluster. */
  home: string;
}

/** The name, in `.slurm-runner` of a run directory, of the link to the image file that a job runs in, as the push found it. */
export const imageLink = (profile: Profile): string => profile.imageLink ?? 'image';

/** The image as the runtime wants it: the run's own link to a file, or a registry's reference; undefined without a container. */
export function imageOf(profile: Profile, { runDir }: ContainerPlace): string | undefined {
  const { runsIn } = profile;
  if (runsIn === undefined) return undefined;
  return runsIn.kind === 'uri' ? runsIn.uri : `${runDir}/.slurm-runner/${imageLink(profile)}`;
}

/** Names of the profile's, the secret and a cell's variables, which are to win over the image's own; each once. */
export function environmentNames({ env, secrets, cellNames = [] }: Profile): string[] {
  return [...new Set([...Object.keys(env), ...secrets, ...cellNames])];
}

/**
 * The run directory at /workspace with the data folder in it, then what CONTAINER_MOUNTS says. Of Pyxis with the image, of
 * `apptainer exec` without it, since there it follows the options.
 */
export function containerOptions(profile: Profile, place: ContainerPlace): string[] {
  const { runDir, remoteDir, home } = place;
  const image = imageOf(profile, place);
  if (image === undefined) return [];
  const expand = (path: string) => path.replace(/^~(?=\/|$)/, home);
  const workdir = profile.containerWorkdir ?? '/workspace';
  const own = profile.containerMounts.map(({ source, target, readOnly }): Mount => {
    return { source: expand(source), target: expand(target), readOnly };
  });
  const run: Mount = { source: runDir, target: '/workspace', readOnly: false };
  const data = `${remoteDir}/data`;
  if (profile.containerRuntime === 'apptainer') {
    // /workspace/data is the run's link to the data folder. apptainer mounts nothing upon a link, but follows it inside.
    const mounts = [run, { source: data, target: data, readOnly: false }, ...own];
    const homes = profile.mountHome ? [{ source: home, target: home, readOnly: false }] : [];
    return [...[...mounts, ...homes].map((mount) => `--bind=${mountWord(mount)}`), `--pwd=${workdir}`];
  }
  const names = environmentNames(profile);
  const mounts = [run, { source: data, target: '/workspace/data', readOnly: false }, ...own];
  return [
    `--container-image=${image}`,
    `--container-mounts=${mounts.map(mountWord).join(',')}`,
    `--container-workdir=${workdir}`,
    ...(names.length > 0 ? [`--container-env=${names.join(',')}`] : []),
    ...(profile.mountHome ? ['--container-mount-home'] : []),
  ];
}

/** What neither runtime can have in a path that it mounts. */
export function unmountable(path: string): boolean {
  return /[,:]/.test(path);
}

function mountWord({ source, target, readOnly }: Mount): string {
  return `${source}:${target}${readOnly ? ':ro' : ''}`;
}
