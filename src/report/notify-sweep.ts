/** What notifications say of a sweep. */

import { titleOf } from '../notify/in-job.ts';
import type { Message } from '../notify/types.ts';
import type { CellVerdict } from '../run/parts.ts';
import type { SweepStatus } from '../sweep/status.ts';
import { shown } from './escape.ts';
import { logOf, ofRun, ofVerdict, placeOf, standingsText, type Where } from './notify.ts';
import { count, names } from './quantities.ts';
import { cellWord } from './sweep-cells.ts';

/** Cells that are named in one message. */
const MOST_CELLS = 20;

export function sweepStartedMessage(
  sweep: string,
  id: string,
  { cells, jobIds, held = false }: { cells: number; jobIds: readonly string[]; held?: boolean },
  where: Where,
): Message {
  const jobs = jobIds.length === 0 ? '' : ` as ${jobIds.length === 1 ? 'job' : 'jobs'} ${names(jobIds)}`;
  return {
    event: 'started',
    subject: { ...ofRun(id, { sweep }), state: 'PENDING', counts: { total: cells }, ...placeOf(where) },
    title: titleOf(id, { sweep }),
    lines: [
      `${count(cells, 'cell')} ${cells === 1 ? 'was' : 'were'} submitted to ${shown(where.cluster)}${jobs}${held ? ', and wait to be released' : ''}.`,
    ],
  };
}

/** Cells that have failed since the last such message; `log` is the end of the last one's. */
export function cellsFailedMessage(
  sweep: string,
  id: string,
  cells: readonly { cell: string; verdict: CellVerdict }[],
  where: Where,
  log: string,
): Message {
  const last = cells.at(-1)?.verdict;
  return {
    event: 'failed',
    subject: {
      ...ofRun(id, { sweep }),
      ...(last ? ofVerdict(last) : {}),
      counts: { failed: cells.length },
      ...placeOf(where),
    },
    title: titleOf(id, { sweep }),
    lines: [`${count(cells.length, 'cell')} failed:`, ...cellLines(cells)],
    ...logOf(log),
  };
}

/** At the end of all that was submitted; `untold` are cells that have failed since the last message. */
export function sweepEndedMessage(
  { id, sweep, counts, runDir }: Pick<SweepStatus, 'id' | 'sweep' | 'counts' | 'runDir'>,
  untold: readonly { cell: string; verdict: CellVerdict }[],
  cluster: string,
): Message {
  const bad = counts.failed + counts.cancelled + counts.unknown > 0;
  const whose = { sweep: sweep.name };
  return {
    event: bad ? 'failed' : 'finished',
    subject: {
      ...ofRun(id, whose),
      state: bad ? 'FAILED' : 'COMPLETED',
      counts: { ...counts },
      ...placeOf({ cluster, runDir }),
    },
    title: titleOf(id, whose),
    lines: [
      `${bad ? 'Ended' : 'Finished'}: ${standingsText(counts)}.`,
      ...(untold.length > 0 ? ['Failed since the last message:', ...cellLines(untold)] : []),
    ],
  };
}

function cellLines(cells: readonly { cell: string; verdict: CellVerdict }[]): string[] {
  const listed = cells.slice(0, MOST_CELLS).map(({ cell, verdict }) => shown(`${cell}: ${cellWord(verdict)}`));
  const rest = cells.length - MOST_CELLS;
  return rest > 0 ? [...listed, `… and ${rest} more`] : listed;
}
