/** Reads the records of watch.sh as they come, log bytes among them. */

import { marker, queueRow, SEPARATOR } from './rows.ts';
import { hasEnded, parseState } from './states.ts';
import type { WatchEnd, WatchEvent } from './types.ts';

/** A reader: `take` gets chunks, events go out whole; `end` says why the program came back. */
export function watchJob(onEvent: (event: WatchEvent) => void): { take: (chunk: Buffer) => void; end: () => WatchEnd } {
  let held: Buffer = Buffer.alloc(0);
  let log: { name: 'out' | 'err'; offset: number; left: number } | undefined;
  let why: WatchEnd = 'again';

  const record = (line: string): void => {
    const [kind = '', ...fields] = line.split(SEPARATOR);
    const [first = '', second = '', third = ''] = fields;
    if (kind === 'log') log = { name: first === 'err' ? 'err' : 'out', offset: Number(second), left: Number(third) };
    else if (kind === 'begin' || kind === 'end') {
      const found = marker(kind, first);
      if (found?.how === 'exit') why = 'marker';
      if (found) onEvent({ type: 'marker', marker: found });
    } else if (kind === 'queue') {
      const row = queueRow(fields);
      if (row && hasEnded(parseState(row.state))) why = 'queue';
      if (row) onEvent({ type: 'queue', row });
    } else if (kind === 'gone') why = 'queue';
    else if (kind === 'again') why = 'again';
    else if (kind === 'trouble') onEvent({ type: 'trouble', detail: first });
  };

  const take = (chunk: Buffer): void => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length > 0) {
      if (log) {
        const data = held.subarray(0, log.left);
        held = held.subarray(data.length);
        onEvent({ type: 'log', name: log.name, offset: log.offset, data });
        log = { ...log, offset: log.offset + data.length, left: log.left - data.length };
        if (log.left === 0) log = undefined;
        continue;
      }
      const newline = held.indexOf(10);
      if (newline < 0) return;
      const line = held.subarray(0, newline).toString();
      held = held.subarray(newline + 1);
      record(line);
    }
  };
  return { take, end: () => why };
}
