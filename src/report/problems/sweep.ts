/** Sentences for what stops a sweep. */

import { optionOf } from '../../conf/sbatch-options.ts';
import { refusal } from '../../sweep/file/parameters.ts';
import type { NameRefusal, SweepProblem } from '../../sweep/problem.ts';
import { make, makeSweep, sendAgents, type Typed, withoutProfile } from '../commands.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { count, names } from '../quantities.ts';
import { cut } from './values.ts';

export const sweepSentences: Sentences<SweepProblem> = {
  // Files
  'missing-sweep': ({ sweeps }, typed) => ({
    says: `SWEEP is missing: make ${typed.target ?? 'TARGET'} SWEEP=NAME`,
    next: sweepsHere(sweeps),
  }),
  'no-sweep': ({ sweep, sweeps, nearest }) => ({
    says: `there is no sweep ${sweep}${didYouMean(nearest)}`,
    next: sweepsHere(sweeps),
  }),
  'two-sweep-files': ({ other }) => `${other} is there too, and the two would be one sweep; keep one of them`,
  'sweep-of-no-kind': ({ because }) => ({
    says:
      because === 'both'
        ? 'matrix: and method: exclude one another'
        : 'neither matrix: nor method: stands in this file, so nothing says what its cells are',
    next: ['matrix: lists the values of parameters; a file with method: is a sweep of W&B.'],
  }),
  'not-a-count': ({ key, value, least }) => `${key}: ${cut(value)} has to be a whole number, ${least} or more`,
  'open-quote': ({ key, quote }) =>
    quote === '\\'
      ? `${key} ends in a backslash with nothing after it`
      : `the ${quote} that begins in ${key} is never closed`,
  'no-sweep-profile': ({ profile, profiles, nearest }) => ({
    says: `there is no profile ${profile}${didYouMean(nearest)}`,
    next: [profiles.length > 0 ? `Profiles here: ${names(profiles, 40)}.` : 'Write slurm/profiles/NAME.conf first.'],
  }),

  // Runs
  'sweep-without-profile': ({ sweep, sweepKind, profiles }, typed) => ({
    says: `nothing says which profile the cells of ${sweep} are jobs of`,
    next: [
      typed.sweepId
        ? sendAgents(sweep, typed)
        : `${makeSweep(typed.target ?? 'slurm-sweep-start', { name: sweep }, typed, 'PROFILE=NAME')}${sweepKind === 'matrix' ? ', or a line profile: NAME in its file' : ''}, or a profile called ${sweep}.`,
      profiles.length > 0 ? `Profiles here: ${names(profiles, 40)}.` : 'Write slurm/profiles/NAME.conf first.',
    ],
  }),
  'not-started': ({ sweep, started, others = [], nearest }, typed) => ({
    says: `nothing of a sweep ${sweep}${typed.tag ? ` with TAG=${typed.tag}` : ''} is tracked here${didYouMean(nearest)}`,
    next: [
      others.length > 0
        ? `Of that sweep there is: ${names(others.map((id) => variablesOf(id, sweep)))}.`
        : started.length > 0
          ? `Started from here: ${names(started, 40)}.`
          : 'No sweep was started from here.',
      `Of one that was started, ${make('slurm-recover', undefined, withoutProfile(typed))} writes the state files again; a new one: ${makeSweep('slurm-sweep-start', { name: sweep }, typed)}`,
    ],
  }),
  'no-agents': ({ sweepId }, typed) => ({
    says: `no agents of the W&B sweep ${sweepId} are tracked here`,
    next: [
      `To send it some: ${sendAgents(sweepId, typed)}`,
      `If they were sent before, ${make('slurm-recover', undefined, withoutProfile(typed))} writes the state files again.`,
    ],
  }),
  'several-started': ({ sweep, ids }) => ({
    says: `${sweep === '' ? 'Several sweeps are tracked here' : `${sweep} was started several times`}: ${names(ids, 12)}`,
    next: ['SWEEP= with PROFILE= and TAG= says which: PROFILE@SWEEP, or PROFILE@SWEEP.TAG.'],
  }),
  'no-sweep-run': ({ id }, typed) => ({
    says: `the run of ${id} is not a sweep's`,
    next: [`It is a run of its own: ${make('slurm-recover', id, withoutProfile(typed))}`],
  }),
  'folder-taken': ({ folder, id }, typed) => ({
    says: `${id} is tracked here, and its results come to results/${folder}/ too.`,
    next: [
      `Collect that one first: ${make('slurm-collect', id, withoutProfile(typed))}`,
      'Or keep the two apart: TAG=name, which makes it a folder of its own.',
    ],
  }),
  'own-array': ({ profile }) => ({
    says: `${profile} asks for a job array of its own, and the cells of a sweep are the tasks of one`,
    next: ['Leave SBATCH_ARRAY out, or what it counts to becomes an axis of the sweep.'],
  }),
  'sweep-busy': ({ sweep }, typed) => ({
    says: `Another command is submitting cells of ${sweep} at this moment; nothing was submitted twice.`,
    next: [`In a moment: ${makeSweep('slurm-sweep-resume', { name: sweep }, typed)}`],
  }),
  'no-max-runs': ({ sweep, method }, typed) => ({
    says: `MAX_RUNS is missing: a sweep${method ? ` by ${method}` : ''} has no end of its own`,
    next: [
      `So many agents, with one run each: ${makeSweep(typed.target ?? 'slurm-sweep-start', { name: sweep }, typed, 'MAX_RUNS=10')}`,
      ...(typed.sweepId ? [] : ['Or run_cap: 10 in its file.']),
    ],
  }),
  'no-agent': () => ({
    says: 'the jobs of this template would take no part in the sweep: it has neither SWEEP_ID nor COMMAND in it',
    next: [
      'Let it run: wandb agent --count 1 "$WANDB_ENTITY/$WANDB_PROJECT/{{ SWEEP_ID }}"',
      'Where its script finds SWEEP_ID in the environment by itself, a comment with that word in the template will do.',
    ],
  }),
  'no-sweep-program': ({ program, profile }) => ({
    says: `the sweep's program ${program} is not among the files of profile ${profile}, so no agent would find it`,
    next: [`Name it in slurm/profiles/${profile}.conf: SCRIPT=${program}, or in CODE_FILES.`],
  }),

  // Parameters
  'parameter-name': ({ name, why }) => ({
    says: `no parameter can be called ${cut(name)}: ${REFUSED[why]}`,
    ...(why === 'key' && { next: insteadOfKey(name) }),
  }),
  'parameter-value': ({ name, found }) =>
    found === 'nothing'
      ? { says: `${name} has no value here`, next: ['An empty text is written "".'] }
      : {
          says: `a value of ${name} is a ${found}; a parameter is a variable of the environment, a single text`,
          ...(found === 'mapping' && { next: [PAIRS] }),
        },

  // Axes
  'axis-not-list': ({ axis }) => ({
    says: `the axis ${axis} has to be a list of values`,
    next: [`${axis}: [VALUE, VALUE]; for one value: ${axis}: [VALUE]`],
  }),
  'empty-axis': ({ axis }) => `the axis ${axis} has no values, so there would be no cells`,
  'mixed-axis': ({ axis }) => `the axis ${axis} has mappings and single values; it can have the one or the other`,
  'repeated-value': ({ axis, value, firstLine }) =>
    `${axis} has ${cut(value)} twice, the first time in line ${firstLine}: the same cells would be run twice`,
  'shared-field': ({ name, axis, other }) =>
    `${name} would get a value from the axis ${axis} and another one from the axis ${other}`,

  // Entries
  'empty-entry': ({ list }) => `this entry of ${list} is empty`,
  'no-such-axis': ({ name, axes, nearest }) => ({
    says: `no axis has ${name}${didYouMean(nearest)}`,
    ...(nearest === undefined && axes.length > 0 && { next: [`The axes have: ${names(axes, 40)}.`] }),
  }),
  'axis-of-fields': ({ axis, fields }) =>
    `${axis} is an axis of mappings: name its fields here (${names(fields)}), or ${axis}: {FIELD: value}`,
  'not-of-fields': ({ name, list }) => `${name} is no axis of mappings; in ${list} its value has to be a single text`,
  'no-such-value': ({ name, value, values, nearest }) => ({
    says: `${name} is never ${cut(value) || 'empty'}${didYouMean(nearest)}`,
    ...(nearest === undefined && { next: [`${name} is one of: ${names(values.map((one) => cut(one) || '""'))}.`] }),
  }),
  'excludes-nothing': () => 'no cell has all of these values, so nothing is excluded',
  'include-overwritten': ({ line }) => ({
    says: `later entries, the last in line ${line}, overwrite this one in every cell; an entry is added to the cells that are there`,
    next: [PAIRS],
  }),

  // Cells
  'same-cell': ({ values, firstLine }) =>
    `the cell ${cut(values)} is there twice${firstLine === undefined ? '' : `, the first time in line ${firstLine}`}`,
  'no-cells': () => 'no cell is left: everything is excluded, or nothing is in the matrix',
  'too-many-cells': ({ count: cells, most }) => `these are ${cells} cells; one sweep can have ${most}`,

  // CELL=
  'no-such-cell': ({ cell, count: cells, nearest }, typed) => ({
    says: `there is no cell ${cut(cell)}${didYouMean(nearest)}`,
    next: [
      `There ${cells === 1 ? 'is' : 'are'} ${count(cells, 'cell')}${cells > 1 ? `, from 0 to ${cells - 1}` : ''}; ${listing(typed)}.`,
      'CELL=17, CELL=3,5-9, CELL=NAME, or CELL="PARAMETER=value PARAMETER=value".',
    ],
  }),
  'no-such-parameter': ({ name, parameters, nearest }) => ({
    says: `this sweep has no parameter ${cut(name)}${didYouMean(nearest)}`,
    ...(nearest === undefined && { next: [`It has: ${names(parameters, 40)}.`] }),
  }),
  'no-matching-cell': ({ expression }, typed) => ({
    says: `no cell is what CELL=${cut(expression)} asks for`,
    next: [`Of all there are: ${listing(typed)}.`],
  }),
};

const REFUSED: Record<NameRefusal, string> = {
  form: 'it becomes a variable of the environment: letters, digits and _ only, the first one no digit',
  slurm: 'Slurm would take it for its own',
  container: 'apptainer would take it for its own',
  linker: 'the dynamic linker would take it for its own',
  shell: 'the shell of the job needs it as it is',
  key: 'it is a key of profiles and clusters, which is the same for all cells',
  'command-line': "it is a variable of make's command line",
  toolkit: 'slurm-runner sets it itself',
};

/** `PROFILE=train TAG=t1` for `train@grid.t1`. */
function variablesOf(id: string, sweep: string): string {
  const [profile = '', folder = ''] = id.split('@');
  const tag = folder.slice(sweep.length + 1);
  return `PROFILE=${profile}${tag ? ` TAG=${tag}` : ' without TAG'}`;
}

/** What of sbatch's a template can have differ from cell to cell. */
function insteadOfKey(key: string): string[] {
  const option = optionOf(key);
  if (option === undefined) return ['Call it something else; a template can use it under that name.'];
  const name = key.replace(/^SBATCH_/, '');
  const other = refusal(name) === undefined ? name : `CELL_${name}`;
  return [
    `As ${other}, a template with #SBATCH --${option}={{ ${other} }} can do it, where the profile leaves ${key} out.`,
  ];
}

/** Where all cells are listed: before the start only a trial has them. */
function listing(typed: Typed): string {
  if (/^slurm-sweep-(start|full)$/.test(typed.target ?? '')) return 'DRY_RUN=1 without CELL shows them';
  return `${make('slurm-sweep-status', undefined, typed, 'CELLS=1')} shows them`;
}

const PAIRS =
  'Values that come in pairs are an axis of mappings: agent: [{AGENT: codex, MODEL: a}, {AGENT: claude, MODEL: b}]';

function sweepsHere(sweeps: readonly string[]): string[] {
  return [
    sweeps.length > 0 ? `Sweeps here: ${names(sweeps, 40)}.` : 'Write slurm/sweeps/NAME.yaml with matrix: in it.',
  ];
}
