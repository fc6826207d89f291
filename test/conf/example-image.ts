/** An image file as people have it, loaded, and the places that problems of it name. */

import { loadCluster } from '../../src/conf/cluster.ts';
import { loadImage } from '../../src/conf/image.ts';
import type { Image } from '../../src/conf/types.ts';
import { CLUSTER_CONF, problemsOf, project } from './project.ts';

export const FILE = 'slurm/images/lab.conf';
export const at = (line: number, file = FILE) => ({ file, line });
export const commandLine = { file: 'command line' };

interface Given {
  image?: string;
  files?: Record<string, string>;
  variables?: Record<string, string>;
  name?: string;
}

/** Loads slurm/images/lab.conf, or the image `name`, of a project with these files. */
export function load({ image = 'BASE=python:3.12\n', files = {}, variables = {}, name }: Given): Image {
  const root = project({ 'slurm/cluster.conf': CLUSTER_CONF, [FILE]: image, ...files });
  const given = new Map(Object.entries(variables));
  return loadImage(root, name, loadCluster(root, undefined, given), given);
}
export const problemsIn = (given: Given) => problemsOf(() => load(given));
