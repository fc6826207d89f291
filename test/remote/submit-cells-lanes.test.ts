/** Job arrays of a sweep within what Slurm takes and MAX_CONCURRENT allows (submit-cells.sh). */

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { programText } from '../../src/host/program.ts';
import { quote } from '../../src/host/quote.ts';
import { fromRanges, toRanges } from '../../src/scheduler/ranges.ts';
import { numbers, run } from './cells.ts';

const folder = mkdtempSync(join(tmpdir(), 'submit-cells-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Mock: in Slurm's place functions that note each submission and take so many tasks in all. */
const SLURM = `scheduler_ready() { :; }
scheduler_array_limit() { echo "$LIMIT"; }
scheduler_queue() { :; }
scheduler_accounting() { :; }
scheduler_ambiguous() { return 1; }
scheduler_submit() {
  for word; do case $word in --array=*) spec=\${word#*=} ;; --dependency=*) after=\${word#*=} ;; esac; done
  size=$(printf '%s\\n' "\${spec%\\%*}" | tr ',' '\\n' | awk -F - '{ all += (NF > 1 ? $2 - $1 : 0) + 1 } END { print all }')
  taken=$(($(cat "$NOTES/taken" 2>/dev/null || echo 0) + size))
  if [ "$taken" -gt "$ROOM" ]; then echo 'sbatch: error: AssocMaxSubmitJobLimit' >&2; return 1; fi
  echo "$taken" >"$NOTES/taken"
  echo "$spec \${after:--}" >>"$NOTES/calls"
  echo "$((100 + $(grep -c . "$NOTES/calls")))"
}
`;

interface Asked {
  groups: number[][];
  limit: number;
  slots: number | undefined;
  after: string;
  room: number;
}

let count = 0;
/** What was submitted, an array each: its cells, its throttle, the arrays it waits for; and the last line of the answer. */
function submitted({ groups, limit, slots, after, room }: Asked) {
  count += 1;
  const [dir, notes] = [join(folder, `run ${count}`), join(folder, `notes-${count}`)];
  const meta = join(dir, '.slurm-runner');
  for (const one of [meta, notes]) mkdirSync(one, { recursive: true });
  for (const file of ['manifest.json', 'pushed']) writeFileSync(join(meta, file), '');
  writeFileSync(join(notes, 'calls'), '');
  const all = groups.flat().sort((a, b) => a - b);
  const args = [
    dir,
    '0',
    'name',
    '',
    'script',
    '',
    '',
    String(all.length),
    toRanges(all),
    String(slots ?? ''),
    after,
    '',
  ];
  args.push(String(groups.length), ...groups.flatMap((cells, at) => [toRanges(cells), `group ${at} attempt `, '\n']));
  const text = programText({ files: ['lib', 'attempt', 'part', 'submit-cells'], args });
  const environment = `LIMIT=${limit} ROOM=${room} NOTES=${quote(notes)}\n`;
  const said = run(['sh'], `${environment}${text.replace(/\nmain (?!.*\nmain )/s, () => `\n${SLURM}main `)}`)
    .trimEnd()
    .split('\n');
  const sent = readFileSync(join(notes, 'calls'), 'utf8').split('\n').filter(Boolean);
  const taken = sent.map((line, at) => {
    const [spec = '', dependency = ''] = line.split(' ');
    const [tasks = '', share] = spec.split('%');
    const [offset, own, noted] = readFileSync(join(meta, `array-${at + 1}`), 'utf8')
      .trim()
      .split(' ');
    expect([own, noted]).toEqual([tasks, share ?? '-']);
    expect(readFileSync(join(meta, `attempt-${at + 1}/job_id`), 'utf8')).toBe(`${at + 101}\n`);
    const job = readFileSync(join(meta, `attempt-${at + 1}/job.sh`), 'utf8');
    const cells = fromRanges(tasks).map((task) => task + Number(offset));
    expect(said[at]).toBe(['array', at + 1, at + 101, toRanges(cells)].join('\x1f'));
    return {
      cells,
      share: Number(share),
      after: dependency.replace('-', ''),
      job: job.trim(),
      size: fromRanges(tasks).at(-1)! + 1,
    };
  });
  return { taken, end: said.at(-1) ?? '', left: existsSync(join(meta, `array-${taken.length + 1}`)), meta };
}

test('whatever the limits: every cell once, throttles and lanes within SLOTS, and what Slurm does not take is noted', () => {
  const asked = fc.record({
    groups: fc.array(numbers, { minLength: 1, maxLength: 3 }).map((groups) => {
      const seen = new Set<number>();
      return groups
        .map((cells) => cells.filter((cell) => !seen.has(cell) && seen.add(cell)))
        .filter(({ length }) => length > 0);
    }),
    limit: fc.constantFrom(0, 7, 30),
    slots: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
    after: fc.constantFrom('', '1:2'),
    room: fc.oneof(fc.constant(9999), fc.nat(60)),
  });
  fc.assert(
    fc.property(asked, (one) => {
      const { taken, end, left, meta } = submitted(one);
      const all = one.groups.flat().sort((a, b) => a - b);
      const sent = taken.flatMap(({ cells }) => cells);
      expect(new Set(sent).size).toBe(sent.length);
      expect(left).toBe(false);
      if (one.limit > 0) for (const { size } of taken) expect(size).toBeLessThanOrEqual(one.limit);
      for (const [at, { cells, job }] of taken.entries()) {
        const group = one.groups.findIndex((some) => some.includes(cells[0]!));
        expect(one.groups[group]).toEqual(expect.arrayContaining(cells));
        expect(job).toBe(`group ${group} attempt ${at + 1}`);
      }
      if (end === 'whole\x1f') expect(sent.sort((a, b) => a - b)).toEqual(all);
      else {
        expect(end).toMatch(/^deferred\x1f.*SubmitJobLimit/);
        expect(sent.length).toBe(one.room);
        expect(fromRanges(readFileSync(join(meta, 'wanted'), 'utf8').trim())).toEqual(all);
      }
      if (one.slots === undefined)
        for (const { share, after } of taken)
          expect([share, after]).toEqual([Number.NaN, one.after && `afterany:${one.after}`]);
      else {
        // The first of each lane begins together with those of the others; each of the rest waits for the one before it.
        const firsts = taken.filter(({ after }) => after === (one.after && `afterany:${one.after}`));
        expect(firsts.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(one.slots);
        const waitedFor = taken
          .filter((array) => !firsts.includes(array))
          .map(({ after }) => Number(/^afterany:(\d+)$/.exec(after)?.[1]) - 101);
        expect(new Set(waitedFor).size).toBe(waitedFor.length);
        for (const [k, array] of taken.filter((array) => !firsts.includes(array)).entries()) {
          expect(taken[waitedFor[k]!]?.share).toBe(array.share);
          expect(array.share).toBeGreaterThan(0);
        }
      }
    }),
    { numRuns: 25 },
  );
});
