/** Examples of every problem that a YAML file can have by itself. */

import type { Examples } from './examples.ts';

const place = { file: 'slurm/sweeps/x.yaml', line: 4 };
const file = { file: 'slurm/sweeps/x.yaml' };
const keys = ['matrix', 'profile'];

export const yamlProblems = {
  'yaml-syntax': [{ kind: 'yaml-syntax', detail: 'Nested mappings are not allowed in compact mappings', place }],
  'yaml-tab': [{ kind: 'yaml-tab', place }],
  'yaml-unclosed': [{ kind: 'yaml-unclosed', quote: '"', place }],
  'yaml-empty': [{ kind: 'yaml-empty', place: file }],
  'yaml-documents': [{ kind: 'yaml-documents', place }],
  'yaml-key': [
    { kind: 'yaml-key', braces: true, place },
    { kind: 'yaml-key', braces: false, place },
  ],
  'yaml-repeated-key': [{ kind: 'yaml-repeated-key', key: 'LR', firstLine: 2, place }],
  'yaml-tag': [{ kind: 'yaml-tag', tag: '!x', place }],
  'yaml-alias': [
    { kind: 'yaml-alias', name: 'base', why: 'unknown', place },
    { kind: 'yaml-alias', name: 'base', why: 'circle', place },
  ],
  'yaml-merge': [{ kind: 'yaml-merge', place }],
  'yaml-too-large': [{ kind: 'yaml-too-large', most: 2000000, place: file }],
  'yaml-unknown-key': [
    { kind: 'yaml-unknown-key', key: 'matrx', keys, nearest: 'matrix', place },
    { kind: 'yaml-unknown-key', key: 'fail-fast', keys, place },
  ],
  'yaml-no-value': [{ kind: 'yaml-no-value', key: 'profile', place }],
  'yaml-wrong-kind': [
    { kind: 'yaml-wrong-kind', key: 'profile', wanted: 'text', found: 'list', place },
    { kind: 'yaml-wrong-kind', key: 'include', wanted: 'list', found: 'mapping', place },
    { kind: 'yaml-wrong-kind', key: 'matrix', wanted: 'mapping', found: 'text', place },
  ],
} satisfies Partial<Examples>;
