/** A flow while one watches it: the table keeps to the screen, lines tell each change once, and a table replaces the last. */

import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { liveTable } from '../../scripts/live-table.ts';
import type { FlowStatus } from '../../src/flow/results.ts';
import { flowChanges, flowLater, flowScreen } from '../../src/report/flow-live.ts';
import { plain } from '../../src/report/style.ts';
import { displayWidth } from '../../src/report/width.ts';
import { flowCells, flowJob, flowStatus } from './flows.ts';
import { running } from './nouns.ts';

const begun = flowStatus(['running', 'waiting', 'waiting', 'waiting'], { elapsedSeconds: 10 });
const goneOn = flowStatus(['done', 'running', 'failed', flowJob('b2', 'stopped', { because: ['c'] }, 12235)]);

describe('the table', () => {
  const screen = (status: FlowStatus, columns = 79, rows = 23) => flowScreen(status, plain, { columns, rows });

  it('has a line for each job', () => {
    expect(screen(begun)).toEqual([
      'pipeline  0/4 done, 1 running, 3 waiting  00:00:10',
      '  JOB  STATUS   ID     TIME',
      '  a    RUNNING  12232  00:00:10',
      '  b1   WAITING  12233',
      '  c    WAITING  12234',
      '  b2   WAITING  12235',
    ]);
  });

  it('shows on a low screen what is neither done nor waiting, the failures before all', () => {
    expect(screen(goneOn, 79, 5)).toEqual([
      'pipeline  1/4 done, 1 failed, 1 never ran, 1 running',
      '  JOB  STATUS   ID     TIME',
      '  b1   RUNNING  12233  00:00:10',
      '  c    FAILED   12234  00:03:10  exit code 3',
      '  … and 2 more',
    ]);
    expect(screen(goneOn, 79, 4)[2]).toContain('FAILED');
  });

  it('is never wider or higher than the screen', () => {
    const long = '漢字-with-a-very-long-name-that-goes-on-and-on';
    const jobs = [
      flowJob(long, 'failed'),
      flowJob('x\x1b[2J', 'waiting', { because: ['a', 'b', 'c', 'd', 'e'] }),
      ...goneOn.jobs,
    ];
    for (const columns of [1, 5, 20, 40, 79, 200]) {
      for (const rows of [0, 1, 2, 3, 4, 7, 50]) {
        const shown = flowScreen(flowStatus(jobs), createColors(true), { columns, rows });
        const bare = shown.map((line) => line.replace(/\x1b\[\d+m/g, ''));
        expect(bare.length).toBeLessThanOrEqual(rows);
        for (const line of bare) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(bare.join('')).not.toContain('\x1b');
      }
    }
    expect(screen(flowStatus(jobs), 60)[2]).toMatch(/^ {2}….*goes-on-and-on {2}FAILED +12232 {2}00:03:10/);
  });

  it('goes on counting between two looks', () => {
    expect(screen(flowLater(begun, 65)).slice(0, 3)).toEqual([
      'pipeline  0/4 done, 1 running, 3 waiting  00:01:15',
      '  JOB  STATUS   ID     TIME',
      '  a    RUNNING  12232  00:01:15',
    ]);
    const still = flowStatus(['done', 'pending'], { elapsedSeconds: 10 });
    expect(flowLater(still, 65)).toEqual(still);
  });
});

describe('the lines', () => {
  const changes = (before: FlowStatus | undefined, now: FlowStatus) => flowChanges(before, now, plain);

  it('tell at first how each job stands, then what has changed', () => {
    expect(changes(undefined, begun)).toEqual([
      'RUNNING    a (12232)',
      'SUBMITTED  b1 (12233)',
      'SUBMITTED  c (12234)',
      'SUBMITTED  b2 (12235)',
    ]);
    expect(changes(begun, goneOn)).toEqual([
      'COMPLETED  a (12232) 00:01:02',
      'RUNNING    b1 (12233)',
      'FAILED     c (12234) 00:03:10: exit code 3 (slurm/logs/12234.out)',
      'STOPPED    b2 (12235): c failed',
    ]);
    expect(changes(goneOn, goneOn)).toEqual([]);
    expect(changes(begun, flowLater(begun, 30))).toEqual([]);
  });

  it('tell of a reason only where it does not pass by itself', () => {
    const waits = (reason: string) =>
      flowStatus([flowJob('a', 'pending', { verdict: running({ state: 'PENDING', reason }) })]);
    expect(changes(waits('Priority'), waits('Resources'))).toEqual([]);
    expect(changes(waits('Priority'), waits('PartitionTimeLimit'))).toEqual([
      'PENDING    a (12345): PartitionTimeLimit: it asks for more time than its partition allows: lower SBATCH_TIME or change PARTITION',
    ]);
    expect(changes(flowStatus(['waiting']), flowStatus(['pending']))).toEqual(['PENDING    a (12232)']);
  });

  it('tell of a job that is submitted again, and not of one that never was', () => {
    const again = flowStatus([flowJob('a', 'pending', {}, 12300), 'not-submitted']);
    expect(changes(flowStatus(['failed']), again)).toEqual(['SUBMITTED  a (12300)']);
  });

  it('tell of a matrix job when cells fail, and when a tenth more of it has ended', () => {
    const tune = (about: Parameters<typeof flowCells>[0]) =>
      flowStatus([flowJob('tune', 'running', { cells: flowCells(about) })]);
    expect(changes(tune({}), tune({ running: 3, pending: 9 }))).toEqual([]);
    expect(changes(tune({}), tune({ running: 3, failed: 2 }))).toEqual([
      'RUNNING    tune (12232): 3/16 done, 2 failed, 3 running, 8 pending',
    ]);
    expect(changes(tune({}), tune({ running: 2, done: 5 }))).toHaveLength(1);
  });
});

describe('a table on a terminal', () => {
  /** What stands on a terminal of so many columns after this was written to it. */
  function seen(text: string, columns: number): string[] {
    const rows: string[] = [''];
    let [x, y] = [0, 0];
    for (const [, number, move, char = ''] of text.matchAll(/\x1b\[(\d*)([AKJm])|([\s\S])/gu)) {
      const row = rows[y] ?? '';
      if (move === 'A') y = Math.max(0, y - Number(number));
      else if (move === 'K') rows[y] = row.slice(0, x);
      else if (move === 'J') rows.splice(y, rows.length, row.slice(0, x));
      else if (char === '\r') x = 0;
      else if (char === '\n') [x, y] = [0, y + 1];
      else if (char !== '') {
        if (x === columns) [x, y] = [0, y + 1];
        rows[y] = (rows[y] ?? '').padEnd(x).slice(0, x) + char + (rows[y] ?? '').slice(x + 1);
        x += 1;
      }
      rows[y] ??= '';
    }
    return rows;
  }

  function sitting(columns: number) {
    const pieces = ['before\n'];
    const terminal = { columns, write: (piece: string | Uint8Array) => pieces.push(String(piece)) > 0 };
    return { terminal, table: liveTable(terminal), text: () => pieces.join('') };
  }

  it('takes the place of the last one, whether longer or shorter, and leaves nothing', () => {
    const { table, text } = sitting(80);
    table.draw(['one', 'two two', 'three']);
    expect(seen(text(), 80)).toEqual(['before', 'one', 'two two', 'three', '']);
    table.draw(['\x1b[32m1\x1b[39m', '2']);
    expect(seen(text(), 80)).toEqual(['before', '1', '2', '']);
    table.draw(['a', 'b', 'c', 'd']);
    expect(seen(text(), 80)).toEqual(['before', 'a', 'b', 'c', 'd', '']);
    table.clear();
    table.clear();
    expect(seen(text(), 80)).toEqual(['before', '']);
  });

  it('takes the place of lines that a narrower terminal has broken', () => {
    const { terminal, table, text } = sitting(20);
    table.draw(['0123456789', '\x1b[1mabcdefgh\x1b[22m']);
    const broken = text();
    terminal.columns = 4;
    table.draw(['x']);
    const after = text().slice(broken.length);
    expect(after.startsWith('\x1b[5A\r')).toBe(true);
    expect(seen(`before\n0123456789\nabcdefgh\n${after}`, 4).slice(0, 3)).toEqual(['befo', 're', 'x']);
  });
});
