/** Sentences for what is wrong with the files, lines and keys of the configuration, and with variables of the command line. */

import type { ConfProblem } from '../../conf/problem.ts';
import { clusterFile } from '../commands.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';
import { imageConfSentences, imagesHere } from './image-conf.ts';
import { projectFileSentences } from './project-files.ts';
import { valueSentences } from './values.ts';
import { yamlSentences } from './yaml.ts';

export const confSentences: Sentences<ConfProblem> = {
  ...valueSentences,
  ...projectFileSentences,
  ...imageConfSentences,
  ...yamlSentences,

  // Files
  'no-cluster-file': ({ cluster, clusters, nearest, place }) => ({
    says:
      cluster === 'cluster'
        ? 'there is no such file, which says where the cluster is'
        : `there is no cluster ${cluster}${didYouMean(nearest)}`,
    next:
      clusters.length > 0
        ? [`Clusters here: ${names(clusters)}. Choose one with CLUSTER=NAME.`]
        : [`Write ${place?.file ?? 'slurm/cluster.conf'} with REMOTE_HOST=… and REMOTE_DIR=… in it.`],
  }),
  'no-profile': ({ profile, profiles, nearest, place }) => ({
    says: `there is no profile ${profile}${didYouMean(nearest)}`,
    next: profilesHere(profiles, place?.file),
  }),
  'missing-variable': ({ variable, choices }, typed) =>
    variable === 'IMAGE' && choices.length === 0
      ? { says: 'this project has no image', next: imagesHere(choices) }
      : {
          says: `${variable} is missing: make ${typed.target ?? 'TARGET'} ${variable}=NAME`,
          next: variable === 'IMAGE' ? imagesHere(choices) : profilesHere(choices),
        },
  'unreadable-file': ({ code }) => {
    const why = UNREADABLE[code];
    return why ?? `cannot be read (${code})`;
  },

  // Lines
  'not-key-value': () => 'this line is neither KEY=value nor [section] nor a # comment',
  'unterminated-quote': ({ key, quote }) =>
    quote === '\\'
      ? `${key} ends in a backslash with nothing after it`
      : `the ${quote} that begins in ${key} is never closed`,
  'unknown-section': ({ section, nearest }) =>
    `unknown section [${section}]${nearest === undefined ? '' : `; did you mean [${nearest}]?`}`,

  // Keys
  'unknown-key': ({ key, nearest }) => ({
    says: `unknown key ${key}${didYouMean(nearest)}`,
    ...(nearest === undefined && { next: ['An environment variable belongs below a line [env].'] }),
  }),
  'repeated-key': ({ key, firstLine }) =>
    `${key} is set twice${firstLine === undefined ? '' : `, the first time in line ${firstLine}`}`,
  'conflicting-keys': ({ key, other, otherPlace }) =>
    `${key} and ${other} are two names of one setting and have different values; ${other} stands in ${spot(otherPlace)}`,
  'script-and-command': ({ otherPlace }) =>
    `SCRIPT and COMMAND exclude one another, and the other one stands in ${spot(otherPlace)}`,
  'control-variable': ({ key }, typed) => ({
    says: `${key} counts only on make's command line, not in a file`,
    next: [`make ${typed.target ?? 'TARGET'} ${key}=…`],
  }),
  'cluster-key': ({ key }, typed) => `${key} belongs to the cluster: put it into ${clusterFile(typed)}`,
  'missing-key': ({ key }) => ({ says: `${key} is missing`, next: [EXAMPLES[key]] }),
  'nothing-to-run': () => ({
    says: 'nothing says what to run',
    next: ['SCRIPT=path/to/script.py runs a file of yours, COMMAND=… a line of shell.'],
  }),
  'unknown-variable': ({ variable, nearest }) => `unknown variable ${variable}${didYouMean(nearest)}`,
};

const UNREADABLE: Readonly<Record<string, string>> = {
  EACCES: 'cannot be read: permission denied',
  EPERM: 'cannot be read: permission denied',
  EISDIR: 'cannot be read: it is a folder',
  ELOOP: 'cannot be read: its symbolic links go round in a circle',
  'UTF-8': 'cannot be read: it is not in UTF-8; save it in that encoding',
};

const EXAMPLES = {
  REMOTE_HOST: 'REMOTE_HOST=NAME: an ssh alias, user@host, or local for this machine.',
  REMOTE_DIR: 'REMOTE_DIR=/path: the folder on the cluster in which runs, data and logs lie; ~/ is the home there.',
} as const;

function profilesHere(profiles: readonly string[], file = 'slurm/profiles/NAME.conf'): string[] {
  return [profiles.length > 0 ? `Profiles here: ${names(profiles, 40)}.` : `Write ${file}, at the least with SCRIPT=…`];
}

function spot({ file, line }: { file: string; line?: number }): string {
  return line === undefined ? file : `${file}:${line}`;
}
