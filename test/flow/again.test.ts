/** Part of a flow again, in the run directory that is there, and what comes home of it; in the embedded executor. */

import { lstatSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FlowDocument } from '../kit/flows.ts';
import { makeToy, type Toy, until } from '../kit/toy.ts';

let toy: Toy;

beforeEach(() => {
  toy = makeToy('REMOTE_HOST=local\nREMOTE_DIR=.cluster\nSCHEDULER=local\nPOLL_INTERVAL=1\n');
});
afterEach(() => toy.remove());

async function flow(variables: Record<string, string>, exit: number, target = 'slurm-flow-full') {
  const ended = await toy.json(target, { FLOW: 'f', ...variables });
  expect(ended.exit, `${ended.stderr}${ended.stdout}`).toBe(exit);
  return ended.json as unknown as FlowDocument & { left?: string[] };
}

const jobs = (...texts: string[]) => toy.write('slurm/flows/f.yaml', `jobs:\n${texts.join('')}`);
const job = (name: string, command: string, more = '') =>
  `  - name: ${name}\n    command: |\n      ${command.replaceAll('\n', '\n      ')}\n${more}`;

describe('what the jobs wrote', () => {
  test('comes home whatever it is, and over nothing that is not theirs', async () => {
    toy.write('code.sh', 'echo from here\n');
    toy.write('touched.txt', 'as pushed\n');
    toy.write('.env', 'TOKEN=mine\n');
    jobs(
      job(
        'a',
        [
          'mkdir -p ck .git __pycache__ slurm/profiles data/shared && echo 1 >ck/1.pt && ln -s 1.pt ck/best.pt && ln -s ck latest',
          'echo changed >touched.txt && touch -d 2001-01-01 touched.txt && touch code.sh && echo x >\'a "q" \\ b.txt\'',
          'echo no >.git/HEAD && echo no >.env && echo no >__pycache__/x && echo no >slurm/profiles/p.conf && echo d >data/shared/d',
        ].join('\n'),
      ),
      job('b', 'true', '    profile: p\n'),
    );
    toy.write('slurm/profiles/p.conf', 'COMMAND=true\nRESULTS_PULL=data/shared/\n');
    await flow({}, 0);
    expect(toy.read('ck/1.pt')).toBe('1\n');
    expect([readlinkSync(join(toy.root, 'ck/best.pt')), readlinkSync(join(toy.root, 'latest'))]).toEqual([
      '1.pt',
      'ck',
    ]);
    expect([toy.read('touched.txt'), toy.read('touched.txt.local')]).toEqual(['changed\n', 'as pushed\n']);
    expect(toy.read('a "q" \\ b.txt')).toBe('x\n');
    expect(toy.read('data/shared/d')).toBe('d\n');
    expect([toy.has('.git'), toy.has('__pycache__'), toy.has('code.sh.local')]).toEqual([false, false, false]);
    expect([toy.read('.env'), toy.read('slurm/profiles/p.conf').split('\n')[0]]).toEqual([
      'TOKEN=mine\n',
      'COMMAND=true',
    ]);
    // Another run of it finds nothing of this one's, but what somebody wrote anew.
    toy.write('ck/1.pt', 'mine\n');
    jobs(job('a', 'test ! -e latest && test -e touched.txt && cat ck/1.pt >seen'));
    const again = await flow({}, 0);
    expect(again.left).toContain('latest');
    expect(toy.read('seen')).toBe('mine\n');
  });
});

describe('RESUME=1', () => {
  test('has code and data as they are now, and leaves what jobs wrote', async () => {
    toy.write('old-name.sh', 'exit 3\n');
    toy.write('state.txt', 'from here\n');
    jobs(job('a', 'echo by a job >state.txt'), job('b', 'sh *-name.sh', '    depends_on: [a]\n'));
    await flow({}, 1);
    expect(toy.read('state.txt')).toBe('by a job\n');
    rmSync(join(toy.root, 'old-name.sh'));
    toy.write('new-name.sh', 'cat state.txt >b.txt; ls *-name.sh >>b.txt; cat data/new.txt >>b.txt\n');
    toy.write('data/new.txt', 'new data\n');
    toy.write('slurm/flows/f.yaml', `data_files: [data/new.txt]\n${toy.read('slurm/flows/f.yaml')}`);
    const { submitted } = await flow({ RESUME: '1' }, 0);
    expect(submitted.map((one) => one.job)).toEqual(['b']);
    expect(toy.read('b.txt')).toBe('by a job\nnew-name.sh\nnew data\n');
    expect(lstatSync(join(toy.root, 'old-name.sh'), { throwIfNoEntry: false })).toBeUndefined();
  });

  test('what a job has changed of the code does not take the place of what was changed here', async () => {
    toy.write('conf.yaml', 'as sent\n');
    toy.write('same.yaml', 'as sent\n');
    jobs(job('a', 'until test -e ../../../go; do sleep 0.2; done; echo job >>conf.yaml; echo job >>same.yaml'));
    await flow({}, 0, 'slurm-flow');
    toy.write('conf.yaml', 'edited here\n');
    toy.write('go', '');
    await flow({}, 0, 'slurm-flow-watch');
    await flow({}, 0, 'slurm-flow-collect');
    expect([toy.read('conf.yaml'), toy.read('conf.yaml.local')]).toEqual(['as sent\njob\n', 'edited here\n']);
    expect([toy.read('same.yaml'), toy.has('same.yaml.local')]).toEqual(['as sent\njob\n', false]);
  });

  test('goes past nothing that runs, though it has another name in the file by now', async () => {
    const waits = 'echo $$ >>../../../began; until test -e ../../../go; do sleep 0.2; done';
    jobs(job('a', waits), job('z', 'exit 1'));
    await flow({}, 0, 'slurm-flow');
    await until('both began', async () => {
      const { jobs } = await flow({}, 0, 'slurm-flow-status');
      return toy.has('began') && jobs.some(({ standing }) => standing === 'failed');
    });
    jobs(job('renamed', waits), job('z', 'exit 1'));
    expect((await flow({ RESUME: '1', FORCE: '1' }, 4, 'slurm-flow')).problems).toMatchObject([
      { kind: 'flow-changed' },
    ]);
    expect((await flow({}, 0, 'slurm-flow-cancel')).jobs).toMatchObject([{ job: 'a' }]);
    expect(toy.read('began').trim().split('\n')).toHaveLength(1);
  });

  test('keeps the arguments of the start', async () => {
    toy.write(
      'slurm/flows/f.yaml',
      'args: {model: base}\njobs:\n  - {name: a, command: "test -e ok.txt && echo {{ model }} >a.txt"}\n',
    );
    await flow({ model: 'large' }, 1);
    toy.write('ok.txt', '');
    await flow({ RESUME: '1' }, 0);
    expect(toy.read('a.txt')).toBe('large\n');
  });

  test('runs every cell of a matrix that is another by now, and else only those that are not done', async () => {
    const matrix = (values: string) =>
      jobs(
        job('m', 'echo $LR >>"$RESULTS_DIR/lr"; test $LR != 2 || test -e ok.txt', `    matrix: {LR: [${values}]}\n`),
      );
    matrix('1, 2');
    await flow({}, 1);
    matrix('5, 1, 2');
    expect((await flow({ RESUME: '1' }, 1)).submitted).toMatchObject([{ job: 'm', cells: 3 }]);
    toy.write('ok.txt', '');
    expect((await flow({ RESUME: '1' }, 0)).submitted).toMatchObject([{ job: 'm', cells: 1 }]);
    expect(toy.read('results/f/m/0_5/lr')).toBe('5\n');
    expect(toy.read('results/f/m/2_2/lr')).toBe('2\n2\n');
  });

  test.each([
    [{ RESUME: '1' }, 'flow-not-started'],
    [{ FROM: 'b' }, 'flow-nothing-before'],
    [{ ONLY: '' }, 'flow-part-empty'],
    [{ FROM: 'a', RESUME: '1' }, 'flow-parts-twice'],
    [{ ONLY: 'aa' }, 'no-such-flow-job'],
  ])('%j of a flow of which nothing is there is told of', async (variables, kind) => {
    jobs(job('a', 'true'), job('b', 'true', '    depends_on: [a]\n'));
    expect((await flow(variables as Record<string, string>, 2, 'slurm-flow')).problems).toMatchObject([{ kind }]);
    expect(toy.has('.cluster/runs')).toBe(false);
  });
});
