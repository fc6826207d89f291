/** Reads records as programs over there write them: fields of a line, and of a log the bytes that follow. */

import { SEPARATOR } from './rows.ts';

/** A piece of a log: whose, where in it the piece begins (bytes), and the bytes. */
export interface LogPiece {
  name: 'out' | 'err';
  offset: number;
  data: Buffer;
}

/** Takes chunks as they come. A log's bytes are handed on as they arrive, in pieces; everything else as whole records. */
export function readRecords(
  onRecord: (kind: string, fields: string[]) => void,
  onLog: (piece: LogPiece) => void,
): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  let log: { name: 'out' | 'err'; offset: number; left: number } | undefined;
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length > 0) {
      if (log) {
        const data = held.subarray(0, log.left);
        held = held.subarray(data.length);
        onLog({ name: log.name, offset: log.offset, data });
        log = { ...log, offset: log.offset + data.length, left: log.left - data.length };
        if (log.left === 0) log = undefined;
        continue;
      }
      const newline = held.indexOf(10);
      if (newline < 0) return;
      const [kind = '', ...fields] = held.subarray(0, newline).toString().split(SEPARATOR);
      held = held.subarray(newline + 1);
      if (kind === 'log') {
        const [name, offset, length] = fields;
        log = { name: name === 'err' ? 'err' : 'out', offset: Number(offset), left: Number(length) };
      } else onRecord(kind, fields);
    }
  };
}
