/** Examples of everything that can be wrong with a flow's file. */

import type { Examples } from './examples.ts';

const place = { file: 'slurm/flows/x.yaml', line: 4 };
const kinds = ['afterok', 'afterany', 'afternotok', 'after', 'aftercorr'];

export const flowFileProblems = {
  'two-flow-files': [{ kind: 'two-flow-files', other: 'x.yml', place: { file: 'slurm/flows/x.yaml' } }],
  'flow-without-jobs': [{ kind: 'flow-without-jobs', place }],
  'flow-elsewhere': [
    { kind: 'flow-elsewhere', key: 'sweep', place },
    { kind: 'flow-elsewhere', key: 'work_dir', place },
  ],
  'flow-for-one': [{ kind: 'flow-for-one', variable: 'COMMAND', place: { file: 'command line' } }],
  'flow-arg-name': [
    { kind: 'flow-arg-name', name: 'a-b', why: 'form', place },
    { kind: 'flow-arg-name', name: 'PARTITION', why: 'key', place },
  ],
  'flow-arg-value': [
    { kind: 'flow-arg-value', name: 'seeds', found: 'list', place },
    { kind: 'flow-arg-value', name: 'seed', found: 'nothing', place },
  ],
  'flow-python': [{ kind: 'flow-python', name: 'date', place }],
  'flow-arg-circle': [
    { kind: 'flow-arg-circle', names: ['a', 'b', 'a'], place },
    { kind: 'flow-arg-circle', names: ['a', 'a'], place },
  ],
  'flow-job-nameless': [{ kind: 'flow-job-nameless', place }],
  'flow-job-twice': [{ kind: 'flow-job-twice', job: 'train', firstLine: 2, place }],
  'no-flow-profile': [
    { kind: 'no-flow-profile', profile: 'trian', profiles: ['train'], nearest: 'train', place },
    { kind: 'no-flow-profile', profile: 'train', profiles: [], place },
  ],
  'flow-job-runs-nothing': [{ kind: 'flow-job-runs-nothing', job: 'train', place }],
  'flow-runs-twice': [{ kind: 'flow-runs-twice', key: 'script_path', other: 'command', firstLine: 3, place }],
  'flow-conda-and-venv': [{ kind: 'flow-conda-and-venv', firstLine: 3, place }],
  'flow-always-on': [
    { kind: 'flow-always-on', key: 'nv', place },
    { kind: 'flow-always-on', key: 'cleanenv', place },
  ],
  'flow-export-name': [{ kind: 'flow-export-name', name: 'a-b', place }],
  'flow-without-matrix': [{ kind: 'flow-without-matrix', key: 'max_concurrent', place }],
  'flow-own-option': [
    { kind: 'flow-own-option', option: 'dependency', job: 'train', place },
    { kind: 'flow-own-option', option: 'kill-on-invalid-dep', job: 'train', place },
  ],
  'flow-dependency-kind': [
    { kind: 'flow-dependency-kind', dependency: 'aftrok:train', said: 'aftrok', kinds, nearest: 'afterok', place },
  ],
  'flow-no-such-job': [
    { kind: 'flow-no-such-job', job: 'trian', jobs: ['train'], nearest: 'train', place },
    { kind: 'flow-no-such-job', job: 'train', jobs: [], place },
  ],
  'flow-waits-for-itself': [{ kind: 'flow-waits-for-itself', job: 'train', place }],
  'flow-parent-twice': [{ kind: 'flow-parent-twice', parent: 'train', firstLine: 3, place }],
  'flow-circle': [{ kind: 'flow-circle', jobs: ['a', 'b', 'a'], place }],
  'flow-unreachable': [
    { kind: 'flow-unreachable', job: 'rescue', parent: 'train', succeeds: ['evaluate'], fails: [], place },
    { kind: 'flow-unreachable', job: 'rescue', parent: 'train', succeeds: [], fails: [], place },
  ],
  'flow-aftercorr': [
    { kind: 'flow-aftercorr', job: 'test', parent: 'train', cells: 3, parentCells: 4, place },
    { kind: 'flow-aftercorr', job: 'test', parent: 'train', cells: 3, parentCells: 0, place },
    { kind: 'flow-aftercorr', job: 'test', parent: 'train', cells: 0, parentCells: 4, place },
  ],
  'flow-not-a-parent': [
    { kind: 'flow-not-a-parent', job: 'train', isJob: true, parents: [], place },
    { kind: 'flow-not-a-parent', job: 'trian', isJob: false, parents: ['pre-train'], nearest: 'train', place },
    { kind: 'flow-not-a-parent', job: 'x', isJob: false, parents: [], place },
  ],
  'flow-not-exported': [
    { kind: 'flow-not-exported', job: 'train', name: 'MODLE', exports: ['MODEL'], nearest: 'MODEL', place },
    { kind: 'flow-not-exported', job: 'train', name: 'MODEL', exports: [], place },
  ],
  'flow-parameter-here': [{ kind: 'flow-parameter-here', name: 'lr', place }],
} satisfies Partial<Examples>;
