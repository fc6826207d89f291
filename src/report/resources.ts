/** What a profile asks of the scheduler, in the few words of a summary. */

import { rivals } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import type { Header } from '../template/directives.ts';

/** The options that count, by name: the template's own lines lie between those of the profile and the cluster's defaults. */
export type Options = ReadonlyMap<string, string>;

/** `header`: of the rendered job script, where it is at hand. */
export function optionsOf(profile: Profile, header?: Pick<Header, 'directives'>): Options {
  const template = header?.directives.flatMap((line) => line.options) ?? [];
  const written = new Set(template.map(({ name }) => name));
  const chosen = profile.sbatch.filter(
    ({ name, layer }) => layer !== 'cluster' || !rivals(name).some((rival) => written.has(rival)),
  );
  const overruled = new Set(chosen.flatMap(({ name }) => rivals(name)));
  const held = template.filter(({ name }) => !overruled.has(name));
  return new Map([...held, ...chosen].map(({ name, value = '' }) => [name, value]));
}

/** An option's value, or that the cluster's own default holds. */
export function chosenOr(options: Options, name: 'partition' | 'account'): string {
  return options.get(name) || '(default)';
}

/** `20 CPU, 40G RAM, 08:00:00`; in full `2 nodes, 4 tasks, 20 CPU each, 40G RAM, 1 GPU (a100), 08:00:00`. */
export function resourcesText(options: Options): string {
  const of = (name: string): string | undefined => options.get(name) || undefined;
  const tasks = of('ntasks');
  const perNode = of('ntasks-per-node');
  const several = (tasks !== undefined && tasks !== '1') || (perNode !== undefined && perNode !== '1');
  const cpus = of('cpus-per-task');
  const time = of('time');
  const parts = [
    counted(of('nodes'), 'node'),
    several && counted(tasks, 'task'),
    several && !tasks && `${counted(perNode, 'task')} per node`,
    cpus && `${cpus} CPU${several ? ' each' : ''}`,
    ...memoryParts(of),
    ...gpuParts(of),
    options.has('exclusive') && 'whole nodes',
    time && timeText(time),
  ].filter((part) => typeof part === 'string');
  return parts.length > 0 ? parts.join(', ') : "the cluster's defaults";
}

function memoryParts(of: (name: string) => string | undefined): string[] {
  const amount = (value: string): string => (/^\d+$/.test(value) ? `${value}M` : value);
  const mem = of('mem');
  const perCpu = of('mem-per-cpu');
  const perGpu = of('mem-per-gpu');
  return [
    ...(mem ? [/^0+[KMGT]?$/i.test(mem) ? 'all RAM of a node' : `${amount(mem)} RAM`] : []),
    ...(perCpu ? [`${amount(perCpu)} RAM per CPU`] : []),
    ...(perGpu ? [`${amount(perGpu)} RAM per GPU`] : []),
  ];
}

/** `--gpus=2`, `--gpus=a100:2`, `--gres=gpu:a100:2`; whatever else is in `--gres` is shown as it is. */
function gpuParts(of: (name: string) => string | undefined): string[] {
  const scopes = [
    ['gpus', ''],
    ['gpus-per-node', ' per node'],
    ['gpus-per-task', ' per task'],
    ['gpus-per-socket', ' per socket'],
  ] as const;
  const direct = scopes.flatMap(([name, scope]) =>
    (of(name) ?? '').split(',').flatMap((word) => (word === '' ? [] : [`${gpus(word)}${scope}`])),
  );
  const gres = (of('gres') ?? '').split(',').filter(Boolean);
  return [...direct, ...gres.map((word) => (/^gpu(:|$)/.test(word) ? gpus(word.slice('gpu:'.length) || '1') : word))];
}

function gpus(word: string): string {
  const [, type, number] = /^(?:([^:]+):)?(\d+)$/.exec(word) ?? [];
  if (number === undefined) return `1 GPU (${word})`;
  return `${number} GPU${type ? ` (${type})` : ''}`;
}

function counted(value: string | undefined, noun: string): string | undefined {
  return value === undefined ? undefined : `${value} ${noun}${value === '1' ? '' : 's'}`;
}

/** A bare number is minutes (sbatch(1), --time). */
function timeText(time: string): string {
  if (/^(infinite|unlimited|-1|0+)$/i.test(time)) return 'no time limit';
  return /^\d+$/.test(time) ? `${time} min` : time;
}
