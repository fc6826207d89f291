/** Submissions of a flow that were broken off in the middle, and a flow that is another by now; in the embedded executor. */

import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FlowDocument } from '../kit/flows.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

let toy: Toy;
let runs: string;
const toys: Toy[] = [];

/** The same project on another laptop, so to say: both know the same folder on the cluster. */
function laptop(): Toy {
  const one = makeToy(`REMOTE_HOST=local\nREMOTE_DIR=${runs}\nSCHEDULER=local\nPOLL_INTERVAL=1\n`);
  toys.push(one);
  return one;
}

beforeEach(() => {
  const cluster = makeToy('');
  toys.push(cluster);
  runs = join(cluster.root, 'cluster');
  toy = laptop();
});
afterEach(() => {
  for (const one of toys.splice(0)) one.remove();
});

async function flow(target: string, variables: Record<string, string>, exit: number, at = toy) {
  const ended = await at.json(target, { FLOW: 'f', ...variables });
  expect(ended.exit, `${ended.stderr}${ended.stdout}`).toBe(exit);
  return ended.json as unknown as FlowDocument;
}

const inRun = (): string => join(runs, 'runs', readdirSync(join(runs, 'runs'))[0] as string);

describe('a submission that was broken off', () => {
  const file = (word = 'echo') =>
    `args: {model: base}\njobs:\n  - {name: a, command: "${word} {{ model }} >a.txt"}\n  - {name: b, depends_on: [a], command: "${word} {{ model }} >b.txt"}\n`;

  /** As though the link had broken between its two jobs, the first of which waits to be let go. */
  beforeEach(async () => {
    toy.write('slurm/flows/f.yaml', file());
    await flow('slurm-flow', { model: 'large', SBATCH_COMMENT: 'mine', HOLD: '1' }, 0);
    await flow('slurm-flow-cancel', { ONLY: 'b' }, 0);
    const meta = join(inRun(), '.slurm-runner');
    for (const name of ['array-2', 'attempt-2']) rmSync(join(meta, name), { recursive: true });
    renameSync(join(meta, 'whole'), join(meta, 'graph'));
  });

  test('is made whole by what was said when it was begun; a watch of it does not end well', async () => {
    expect((await flow('slurm-flow-watch', {}, 1)).unfinished).toEqual(['b']);
    expect((await flow('slurm-flow', { ONLY: 'b' }, 4)).problems).toMatchObject([
      { kind: 'flow-broken-off', variable: 'ONLY' },
    ]);
    const { submitted, held, args } = await flow('slurm-flow', {}, 0);
    expect(submitted.map(({ job }) => job)).toEqual(['a', 'b']);
    expect({ held, args }).toEqual({ held: true, args: { model: 'large' } });
    await flow('slurm-release', {}, 0);
    await flow('slurm-flow-watch', {}, 0);
    await flow('slurm-flow-collect', {}, 0);
    expect([toy.read('a.txt'), toy.read('b.txt')]).toEqual(['large\n', 'large\n']);
  });

  test('is not mixed with another file, argument or option', async () => {
    const refused = async (variables: Record<string, string> = {}) => {
      const { problems } = await flow('slurm-flow', variables, 4);
      expect(problems).toMatchObject([{ kind: 'flow-broken-off', args: { model: 'large' } }]);
    };
    await refused({ model: 'small' });
    await refused({ SBATCH_COMMENT: 'yours' });
    toy.write('slurm/flows/f.yaml', file('printf %s'));
    await refused();
    expect((await flow('slurm-flow-cancel', {}, 0)).jobs).toMatchObject([{ job: 'a' }]);
  });

  test('and is cancelled while another command waits to see what becomes of it, is not begun anew', async () => {
    const meta = join(inRun(), '.slurm-runner');
    // Somebody else's sbatch has been called, and has not answered yet.
    writeFileSync(join(meta, 'array-2'), '- - - - b\n');
    mkdirSync(join(meta, 'attempt-2'));
    writeFileSync(join(meta, 'attempt-2', 'intent'), `${Math.floor(Date.now() / 1000)}\n`);
    const waiting = toy.start('slurm-flow', { FLOW: 'f', JSON: '1' });
    await until('it waits', async () => (await flow('slurm-flow-status', {}, 0)).unfinished.length > 0);
    await flow('slurm-flow-cancel', {}, 0);
    for (const name of ['array-2', 'attempt-2']) rmSync(join(meta, name), { recursive: true });
    const { stdout } = await waiting;
    expect(JSON.parse(stdout)).toMatchObject({ exit: 4, problems: [{ kind: 'flow-cancelled' }] });
    expect(readdirSync(meta).filter((name) => /^array-/.test(name))).toEqual(['array-1']);
  });
});

describe('a flow that has other jobs by now', () => {
  const jobs = (...names: string[]) =>
    `jobs:\n${names.map((name) => `  - name: ${name}\n    profile: ${name}\n`).join('')}`;
  const profiles = (at: Toy) => {
    for (const name of ['a', 'b', 'c'])
      at.profile(
        name,
        `COMMAND="mkdir -p ${name}_out && cp word.txt ${name}_out/"\nCODE_FILES=word.txt\nRESULTS_PULL=${name}_out/\n`,
      );
    at.write('word.txt', 'a word\n');
  };

  test('brings home what a job left that was taken out of the file', async () => {
    profiles(toy);
    toy.profile('b', 'COMMAND=false\nRESULTS_PULL=b_out/\n');
    toy.write('slurm/flows/f.yaml', jobs('a', 'b'));
    await flow('slurm-flow-full', {}, 1);
    rmSync(join(toy.root, 'a_out'), { recursive: true });
    profiles(toy);
    toy.write('slurm/flows/f.yaml', jobs('b'));
    await flow('slurm-flow', { RESUME: '1' }, 0);
    await flow('slurm-flow-watch', {}, 0);
    expect((await flow('slurm-flow-collect', {}, 0)).removed).toBe(true);
    expect([toy.read('a_out/word.txt'), toy.read('b_out/word.txt')]).toEqual(['a word\n', 'a word\n']);
    expect(toy.read('slurm/jobs/history.jsonl').match(/"job":"a"/g)).toHaveLength(1);
  });

  test('is known to the laptop that started it, though another one has added to it', async () => {
    const other = laptop();
    for (const one of [toy, other]) profiles(one);
    toy.write('slurm/flows/f.yaml', jobs('a'));
    await flow('slurm-flow', {}, 0);
    await flow('slurm-flow-watch', {}, 0);
    other.write('slurm/flows/f.yaml', jobs('a', 'c'));
    expect((await other.make('slurm-recover')).exit).toBe(0);
    await flow('slurm-flow', { RESUME: '1' }, 0, other);
    await flow('slurm-flow-watch', {}, 0, other);
    expect((await flow('slurm-flow-status', {}, 0)).jobs).toMatchObject([{ name: 'a' }, { name: 'c' }]);
    expect((await flow('slurm-flow-collect', {}, 0)).removed).toBe(true);
    expect(toy.read('c_out/word.txt')).toBe('a word\n');
  });
});
