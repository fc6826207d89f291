/** Reads what watch.sh says as it comes, log bytes among it. */

import { readRecords } from './records.ts';
import { marker, queueRow } from './rows.ts';
import { hasEnded, parseState } from './states.ts';
import type { WatchEnd, WatchEvent } from './types.ts';

/** A reader: `take` gets chunks, events go out whole; `end` says why the program came back. */
export function watchJob(onEvent: (event: WatchEvent) => void): { take: (chunk: Buffer) => void; end: () => WatchEnd } {
  let why: WatchEnd = 'again';

  const record = (kind: string, fields: string[]): void => {
    const [first = ''] = fields;
    if (kind === 'begin' || kind === 'end') {
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
  return { take: readRecords(record, (piece) => onEvent({ type: 'log', ...piece })), end: () => why };
}
