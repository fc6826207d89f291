/** The stream of watch.sh, cut anywhere: every record comes out whole, and not a byte of the log is lost, added or out of place. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WatchEvent } from '../../src/scheduler/types.ts';
import { watchJob } from '../../src/scheduler/watch.ts';

const US = '\x1f';
const row = (state: string, name = 'p|q') =>
  ['queue', '7', '7', 'N/A', state, 'None', '0:10', '1:00', '1', 'n1', 'main', '', '', '/r', name].join(US);

/** Feeds `stream`, cut at these places. */
function read(stream: Buffer, cuts: readonly number[] = []) {
  const events: WatchEvent[] = [];
  // What an event brings may be the reader's own memory: it is copied, as an output stream would.
  const reader = watchJob((event) =>
    events.push(event.type === 'log' ? { ...event, data: Buffer.from(event.data) } : event),
  );
  const places = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b);
  let from = 0;
  for (const place of [...places, stream.length]) {
    reader.take(Buffer.from(stream.subarray(from, place)));
    from = place;
  }
  return { events, why: reader.end() };
}

const lines = (...records: string[]): Buffer => Buffer.from(records.map((record) => `${record}\n`).join(''));

/** Pieces of two logs as watch.sh sends them, and other records between. */
const frames = fc.array(
  fc.oneof(
    fc.record({
      name: fc.constantFrom('out' as const, 'err' as const),
      data: fc.uint8Array({ minLength: 1, maxLength: 40 }),
    }),
    // Log text that looks like our own records.
    fc.constantFrom('end\x1f7 0 exit 0\n', '\x1f\n', 'log\x1fout\x1f0\x1f9\n', '\n', 'é\n').map((text) => ({
      ...{ name: 'out' as const, data: new Uint8Array(Buffer.from(text)) },
    })),
    fc.constantFrom('alive', row('RUNNING'), `trouble${US}Socket timed out`, `begin${US}7 0 1771939860 n1`),
  ),
  { maxLength: 12 },
);

describe('the reader', () => {
  test('loses nothing of the logs, however the stream is cut', () => {
    let bytes = 0;
    fc.assert(
      fc.property(frames, fc.array(fc.nat(2000), { maxLength: 30 }), (parts, cuts) => {
        const sent = { out: Buffer.alloc(0), err: Buffer.alloc(0) };
        const stream: Buffer[] = [];
        let others = 0;
        for (const part of parts) {
          if (typeof part === 'string') {
            stream.push(lines(part));
            if (part !== 'alive') others += 1;
            continue;
          }
          stream.push(
            lines(['log', part.name, sent[part.name].length, part.data.length].join(US)),
            Buffer.from(part.data),
          );
          sent[part.name] = Buffer.concat([sent[part.name], part.data]);
        }
        const { events, why } = read(Buffer.concat(stream), cuts);
        for (const name of ['out', 'err'] as const) {
          let got: Buffer = Buffer.alloc(0);
          for (const event of events) {
            if (event.type !== 'log' || event.name !== name) continue;
            // Where a new connection would go on.
            expect(event.offset).toBe(got.length);
            got = Buffer.concat([got, event.data]);
          }
          expect(got.equals(sent[name])).toBe(true);
          bytes += got.length;
        }
        expect(events.filter(({ type }) => type !== 'log')).toHaveLength(others);
        expect(why).toBe('again');
      }),
      { numRuns: 500 },
    );
    console.log(`watch: 500 streams cut at random, ${bytes} bytes of logs, none lost`);
  });

  test('gives what has come, though the link broke in the middle of a piece', () => {
    const { events, why } = read(Buffer.concat([lines(`log${US}out${US}100${US}10`), Buffer.from('half')]));
    expect(events).toEqual([{ type: 'log', name: 'out', offset: 100, data: Buffer.from('half') }]);
    expect(why).toBe('again');
    expect(read(Buffer.from(`log${US}out${US}1`)).events).toEqual([]);
  });

  test.each<[string, string[], string]>([
    ['an end of its own', [`end${US}7 0 exit 3`], 'marker'],
    ['a signal', [`end${US}7 0 signal TERM`], 'again'],
    ['a row that is over', [row('COMPLETED')], 'queue'],
    ['a row that lives', [row('COMPLETING')], 'again'],
    ['nothing in the queue', ['gone'], 'queue'],
    ['the end of its time', ['alive', 'again'], 'again'],
    ['a marker cut short', [`end${US}7 0 ex`], 'again'],
    ['noise', ['', 'CLUSTER: lab', 'queue', US], 'again'],
  ])('%s means %s', (_, records, why) => {
    expect(read(lines(...records)).why).toBe(why);
  });

  test('passes on what is said', () => {
    const { events } = read(lines(`begin${US}7 1 1771939860 n1`, row('PENDING', 'a|b ü'), `trouble${US}down`));
    expect(events).toMatchObject([
      { type: 'marker', marker: { kind: 'begin', jobId: '7', life: 1 } },
      { type: 'queue', row: { state: 'PENDING', name: 'a|b ü' } },
      { type: 'trouble', detail: 'down' },
    ]);
  });

  test('of an empty piece waits for the next record', () => {
    const { events } = read(lines(`log${US}out${US}0${US}0`, row('RUNNING')));
    expect(events.filter(({ type }) => type === 'queue')).toHaveLength(1);
  });
});
