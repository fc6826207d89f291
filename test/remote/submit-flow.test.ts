/** Two commands at one flow (submit-flow.sh) or at one run (submit.sh), each at the worst moment of the other; and one whose disk is full. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { programText } from '../../src/host/program.ts';
import { quote } from '../../src/host/quote.ts';
import { until } from '../kit/toy.ts';

const folder = mkdtempSync(join(tmpdir(), 'submit-flow-'));
const shells: ChildProcess[] = [];
afterAll(() => {
  for (const shell of shells) shell.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/**
 * Mock: in Slurm's place functions that note what they are asked. And a moment that is as long as the test wants: what is printed with the
 * word HOLD as last argument, the claim on a job or an answer, waits for the file `go`; a file that it goes to is open by then.
 */
const SLURM = `scheduler_ready() { :; }
scheduler_queue() { :; }
scheduler_accounting() { :; }
scheduler_ambiguous() { return 1; }
scheduler_release_all() { echo "release $*" >>"$NOTES/calls"; }
scheduler_cancel() { echo "cancel $*" >>"$NOTES/calls"; }
scheduler_submit() {
  for file; do :; done
  if [ "\${HOLD-}" = sbatch ]; then held; fi
  echo "sbatch \${file%/job.sh}" >>"$NOTES/calls"
  eval "\${MEANWHILE-}"
  echo "$((100 + $(grep -c ^sbatch "$NOTES/calls")))"
}
held() {
  : >"$NOTES/there"
  until [ -e "$NOTES/go" ] || ! [ -e "$NOTES" ]; do sleep 0.02; done
}
printf() {
  for word; do :; done
  if [ "$word" = "\${HOLD-none}" ]; then held; fi
  command printf "$@"
}
`;

/** Jobs, and what each waits for as submit-flow.sh reads it. */
type Jobs = Readonly<Record<string, string>>;

interface Asked {
  seen?: number;
  earlier?: string;
  jobs: Jobs;
  /** Shell text that goes before. */
  before?: string;
}

let count = 0;
function flow() {
  count += 1;
  const [run, notes] = [join(folder, `runs/f-${count}`), join(folder, `notes-${count}`)];
  const meta = join(run, '.slurm-runner');
  for (const one of [meta, notes]) mkdirSync(one, { recursive: true });
  for (const file of ['manifest.json', 'pushed']) writeFileSync(join(meta, file), '');
  writeFileSync(join(notes, 'calls'), '');

  /** Begins a program; gives the words of the last line it prints. */
  const begin = (program: string[], args: string[], before: string): Promise<string[]> => {
    const text = programText({ files: ['lib', 'attempt', ...program], args });
    const mocked = text.replace(/\nmain (?!.*\nmain )/s, () => `\n${SLURM}${before}\nmain `);
    const shell = spawn('sh', ['-c', `NOTES=${quote(notes)}\n${mocked}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    shells.push(shell);
    return new Promise((resolve) => {
      let said = '';
      shell.stdout?.on('data', (chunk) => {
        said += chunk;
      });
      shell.once('close', () => resolve(said.trimEnd().split('\n').at(-1)?.split('\x1f') ?? []));
    });
  };
  const start = ({ seen = 0, earlier = '', jobs, before = '' }: Asked): Promise<string[]> => {
    const parts = Object.entries(jobs).flatMap(([job, waits]) => [
      ...[job, 'head ', ' attempt ', '', 'script', '', '', '', waits, waits ? '' : 'yes', '0'],
    ]);
    const shared = [run, String(seen), ...Array(5).fill(''), '0:5e1f a b', earlier && 'noted', earlier, earlier, ''];
    const count = String(Object.keys(jobs).length);
    return begin(['part', 'submit-flow'], [...shared, count, ...parts], before);
  };
  return {
    ...{ run, meta, start, begin },
    calls: () => readFileSync(join(notes, 'calls'), 'utf8').replaceAll(meta, '').trimEnd().split('\n'),
    isHeld: () => until('it is there', () => existsSync(join(notes, 'there'))),
    go: () => writeFileSync(join(notes, 'go'), ''),
  };
}

const TWO: Jobs = { a: '', b: 'afterok:@1' };
/** What another command asks for that finds `a` submitted, as job 101. */
const REST: Asked = { seen: 1, earlier: '101', jobs: { b: 'afterok:101' } };

test('cancelled since it was looked at: the rest of it is not begun anew', async () => {
  const our = flow();
  mkdirSync(join(our.meta, 'attempt-1'));
  writeFileSync(join(our.meta, 'attempt-1/job_id'), '101\n');
  writeFileSync(join(our.meta, 'array-1'), '- - - - a\n');
  expect(await our.start(REST)).toEqual(['changed', '']);
  expect(our.calls()).not.toContainEqual(expect.stringContaining('sbatch'));
  expect(existsSync(join(our.meta, 'graph'))).toBe(false);
});

test.each([
  ['at the claim on the second job', '- - - - b'],
  ['after the first job', 'part\x1f1\x1f101\x1fa'],
])('held up %s, while another command makes the flow whole: it changes nothing any more', async (_, HOLD) => {
  const our = flow();
  const first = our.start({ jobs: TWO, before: `HOLD=${quote(HOLD)}` });
  await our.isHeld();
  expect(await our.start(REST)).toEqual(['whole', '']);
  our.go();
  expect(await first).toEqual(['changed', '']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'sbatch /attempt-2', 'release 101']);
  expect(readFileSync(join(our.meta, 'attempt-2/job_id'), 'utf8')).toBe('102\n');
  expect(readdirSync(our.meta).filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

test('made whole by another command at this very moment: nothing is cancelled', async () => {
  const our = flow();
  await our.start({ jobs: TWO, before: 'scheduler_release_all() { exit 1; }' });
  const rest: Asked = { seen: 2, earlier: '101', jobs: {} };
  // Between its look at what there is to do and the release.
  const first = our.start({ ...rest, before: `keep_secrets() { held; }` });
  await our.isHeld();
  expect(await our.start(rest)).toEqual(['whole', '']);
  our.go();
  expect(await first).toEqual(['changed', '']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'sbatch /attempt-2', 'release 101']);
});

test('cancelled meanwhile: what was submitted goes, too', async () => {
  const our = flow();
  const first = our.start({ jobs: TWO, before: "HOLD='part\x1f1\x1f101\x1fa'" });
  await our.isHeld();
  rmSync(join(our.meta, 'graph'));
  our.go();
  expect(await first).toEqual(['cancelled', '']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'cancel 101']);
});

test('an sbatch so late that the attempt was given up: its job does not stay in the queue', async () => {
  const our = flow();
  const first = our.start({ jobs: TWO, before: 'HOLD=sbatch' });
  await our.isHeld();
  const intent = join(our.meta, 'attempt-1/intent');
  writeFileSync(intent, `${Number(readFileSync(intent, 'utf8')) - 200}\n`);
  expect(await our.start({ ...REST, earlier: '', jobs: TWO })).toEqual(['changed', '']);
  our.go();
  expect(await first).toEqual(['changed', '']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'cancel 101']);
});

test('the attempt is another job`s by the time of the answer: ours goes', async () => {
  const our = flow();
  const said = await our.start({ jobs: TWO, before: `MEANWHILE='echo 999 >"$at/job_id"'` });
  expect(said).toEqual(['changed', '']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'cancel 101']);
});

test('a single run whose attempt is another job`s by then: that one is the answer', async () => {
  const our = flow();
  const args = [our.run, '1', 'f-1', '', 'job', 'script', '', ''];
  expect(await our.begin(['submit'], args, `MEANWHILE='echo 999 >"$at/job_id"'`)).toEqual(['existing', '999']);
  expect(our.calls()).toEqual(['sbatch /attempt-1', 'cancel 101']);
});

test('an sbatch that takes 12 s: no submission looks as old as one that was broken off', async () => {
  const our = flow();
  const jobs = Object.fromEntries(Array.from({ length: 18 }, (_, at) => [`j${at}`, '']));
  const clock = `echo 1000 >"$NOTES/clock"; now() { cat "$NOTES/clock"; }
    MEANWHILE='time=$(($(now) + 12)); echo "$time" >"$NOTES/clock"; echo "$time" >"$at/ended"'`;
  expect(await our.start({ jobs, before: clock })).toEqual(['whole', '']);
  const number = (file: string): number => Number(readFileSync(join(our.meta, file), 'utf8'));
  const ages = Object.keys(jobs).map((_, at) => number(`attempt-${at + 1}/ended`) - number(`attempt-${at + 1}/intent`));
  expect(Math.max(...ages)).toBeLessThanOrEqual(60);
});

test('where nothing can be written it says so, with the disk`s word', async () => {
  const our = flow();
  const [outcome, detail] = await our.start({ jobs: TWO, before: `trap '' XFSZ; ulimit -f 0` });
  expect(outcome).toBe('failed');
  expect(detail).toMatch(`cannot write to ${our.meta}: File too large`);
  expect(our.calls()).toEqual(['']);
});
