/** The Dockerfile of an image that has none. */

import { describe, expect, test } from 'vitest';
import type { Base, Image } from '../../src/conf/types.ts';
import { dockerfileOf } from '../../src/image/dockerfile.ts';

const image = (base: Base, more: Partial<Image> = {}): Image & { base: Base } => ({
  ...{ name: 'x', runtime: 'enroot', base, buildOn: 'login', env: {}, tag: 'x:latest', settings: new Map() },
  ...more,
});

describe('the Dockerfile', () => {
  test.each<[Base, string]>([
    [{ kind: 'registry', image: 'python', tag: '3.10-slim' }, 'docker.io/library/python:3.10-slim'],
    [{ kind: 'registry', image: 'org/x' }, 'docker.io/org/x'],
    [
      { kind: 'registry', registry: 'nvcr.io', image: 'nvidia/pytorch', tag: '24.12-py3' },
      'nvcr.io/nvidia/pytorch:24.12-py3',
    ],
    [
      { kind: 'registry', registry: 'h:5000', image: 'x', tag: 'y', digest: `sha256:${'0'.repeat(64)}` },
      `h:5000/x@sha256:${'0'.repeat(64)}`,
    ],
  ])('names %j so that every engine knows it', (base, name) => {
    expect(dockerfileOf(image(base))).toBe(`FROM ${name}\nUSER root\n`);
  });

  test('has a step for each thing that may change', () => {
    const more = { requirements: "req's.txt", setup: 'slurm/setup.sh', env: { A: 'a "b" $C \\', D: '' } };
    const lines = dockerfileOf(image({ kind: 'registry', image: 'python' }, more)).split('\n');
    expect(lines.slice(2, 4)).toEqual([
      'ENV A="a \\"b\\" \\$C \\\\" D=""',
      'COPY slurm-runner/requirements/ /tmp/slurm-runner/',
    ]);
    expect(lines[4]).toContain(`$pip install -r 'req'\\''s.txt' && rm -rf /tmp/slurm-runner`);
    expect(lines.slice(5)).toEqual([
      'COPY slurm-runner/setup /tmp/slurm-runner/setup',
      'RUN chmod +x /tmp/slurm-runner/setup && /tmp/slurm-runner/setup && rm -rf /tmp/slurm-runner',
      '',
    ]);
  });
});
