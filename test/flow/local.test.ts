/** The same flows without a cluster: in the embedded executor, on a machine that has Node, make and POSIX's tools and nothing else. */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BareMachine, type BareToy, makeBareMachine } from '../kit/bare-machine.ts';
import { beginnings, flowText, layTask, notesIn } from '../kit/flow-jobs.ts';
import { type FlowDocument, standings } from '../kit/flows.ts';

describe('a flow in the embedded executor', () => {
  let machine: BareMachine;
  let toy: BareToy;

  beforeAll(async () => {
    machine = await makeBareMachine();
  });
  afterAll(() => machine.remove());

  beforeEach(() => {
    toy = machine.toy();
    const outside = join(toy.root, 'outside');
    mkdirSync(outside);
    const conf = toy.read('slurm/cluster.conf');
    toy.write('slurm/cluster.conf', `${conf}TEMPLATE=task\n[env]\nOUTSIDE=${outside}\n`);
    layTask(toy);
  });
  afterEach(() => toy.remove());

  const good = async (target: string, variables: Record<string, string> = {}, exit = 0): Promise<FlowDocument> => {
    const ended = await toy.json(target, { FLOW: 'f', ...variables });
    expect(ended.exit, `${target}: ${ended.stderr}${ended.stdout}`).toBe(exit);
    return ended.json as unknown as FlowDocument;
  };
  const began = () => beginnings(notesIn(toy.read('outside/notes')));

  test('runs in the order of its graph, a matrix cell by cell, and comes home', async () => {
    const axis = '    matrix: {N: [x, y]}\n';
    toy.write(
      'slurm/flows/f.yaml',
      flowText(
        { a: [], b: ['a'], m: ['afterok:a'], each: ['aftercorr:m'], last: ['b', 'afterok:each', 'after:m'] },
        { m: axis, each: axis },
      ),
    );
    await good('slurm-flow-full');
    const notes = notesIn(toy.read('outside/notes'));
    expect(began()).toEqual({ a: 1, b: 1, 'm.0': 1, 'm.1': 1, 'each.0': 1, 'each.1': 1, last: 1 });
    const at = (what: string, job: string) => notes.find((note) => note.what === what && note.job === job)?.at ?? 0n;
    const pairs = [
      ...[
        ['a', 'b'],
        ['a', 'm.0'],
        ['a', 'm.1'],
        ['m.0', 'each.0'],
        ['m.1', 'each.1'],
      ],
      ...[
        ['b', 'last'],
        ['each.0', 'last'],
        ['each.1', 'last'],
      ],
    ] as const;
    for (const [parent, child] of pairs)
      expect(at('end', parent as string) < at('begin', child as string), `${parent} before ${child}`).toBe(true);
    expect(toy.read('out/last')).toBe('word\n');
    expect(toy.jobsLeft()).toEqual([]);
    expect(toy.has('slurm/jobs/flow@f.rundir')).toBe(false);
  });

  test('a failing parent: its children never run, those that wait for that do, and RESUME=1 does the rest', async () => {
    toy.write(
      'slurm/flows/f.yaml',
      flowText(
        { a: [], b: ['a'], c: ['b'], unless: ['afternotok:b'], always: ['afterany:c'] },
        { b: '    retry: 1\n    retry_delay: 1\n' },
      ),
    );
    toy.write('more.sh', '[ "$name" != b ] || { echo "b has a mistake" >&2; code=3; }\n');
    await good('slurm-flow');
    const ended = await good('slurm-flow-watch', {}, 1);
    expect(standings(ended)).toEqual({ a: 'done', b: 'failed', c: 'stopped', unless: 'done', always: 'done' });
    expect(ended.jobs.find(({ name }) => name === 'b')?.verdict).toMatchObject({ state: 'FAILED', exitCode: 3 });
    expect(began()).toEqual({ a: 1, b: 2, unless: 1, always: 1 });
    toy.write('more.sh', ':\n');
    await good('slurm-flow', { RESUME: '1', YES: '1' });
    const then = await good('slurm-flow-watch');
    expect(standings(then)).toEqual({ a: 'done', b: 'done', c: 'done', unless: 'skipped', always: 'done' });
    expect(began()).toEqual({ a: 1, b: 3, c: 1, unless: 1, always: 2 });
    expect((await good('slurm-flow-collect')).removed).toBe(true);
    expect(toy.read('out/c')).toBe('word\n');
  });
});
