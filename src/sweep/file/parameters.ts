/** Which names and values a sweep's parameters can have: they become variables of a job's environment. */

import { aliases, clusterKeys, controlVariables, isEnvName, profileKeyNames } from '../../conf/keys.ts';
import type { ConfProblem } from '../../conf/problem.ts';
import type { YamlEntry } from '../../conf/yaml.ts';
import type { NameRefusal, SweepProblem } from '../problem.ts';

/** What the job's shell and the programs it starts cannot do without. */
const SHELLS: ReadonlySet<string> = new Set(
  (
    'PATH HOME USER SHELL PWD OLDPWD IFS BASH_ENV ENV TMPDIR HOSTNAME ' +
    // What bash keeps for itself: some it ignores, some it will not have set.
    'GROUPS RANDOM SECONDS UID EUID PPID LINENO DIRSTACK FUNCNAME OPTIND OPTARG SHELLOPTS BASHOPTS PS4 SHLVL _'
  ).split(' '),
);

/** What the toolkit sets itself, in a job's environment or in its template. */
const TOOLKITS: ReadonlySet<string> = new Set(
  (
    'PROFILE TAG RUN_DIR REMOTE_DIR JOB_NAME SCHEDULER SWEEP SWEEP_ID CELL CELL_NAME RUN_NUMBER RESULTS_DIR ' +
    'IMAGE CONTAINER_OPTIONS ATTENDED ENV_NAMES INSIDE'
  ).split(' '),
);

const KEYS: ReadonlySet<string> = new Set([...profileKeyNames, ...aliases.keys(), ...clusterKeys.keys()]);

/** Why no parameter can be called `name`; undefined if one can. */
export function refusal(name: string): NameRefusal | undefined {
  if (!isEnvName(name)) return 'form';
  if (TOOLKITS.has(name) || /^(?:SR_|sr_)/.test(name)) return 'toolkit';
  if (KEYS.has(name)) return 'key';
  if (controlVariables.has(name)) return 'command-line';
  if (/^(?:SLURM|SBATCH)_/.test(name)) return 'slurm';
  if (/^(?:APPTAINER|SINGULARITY)/.test(name)) return 'container';
  if (name.startsWith('LD_')) return 'linker';
  return SHELLS.has(name) ? 'shell' : undefined;
}

/** The problem with the name of a parameter, if there is one. */
export function checkName({ key: name, place }: Pick<YamlEntry, 'key' | 'place'>): SweepProblem[] {
  const why = refusal(name);
  return why ? [{ kind: 'parameter-name', name, why, place }] : [];
}

/**
 * The value of the parameter `name`; undefined if it is no single one, or has in it what cannot stand in one line of an
 * environment: control characters, or halves of characters.
 */
export function parameterValue(
  name: string,
  node: YamlEntry['value'],
  problems: (SweepProblem | ConfProblem)[],
): string | undefined {
  if (node.kind !== 'text') {
    problems.push({ kind: 'parameter-value', name, found: node.kind, place: node.place });
    return undefined;
  }
  if (!/[\x00-\x1f\x7f]|\p{Cs}/u.test(node.text)) return node.text;
  problems.push({ kind: 'control-character', key: name, value: node.text, place: node.place });
  return undefined;
}
