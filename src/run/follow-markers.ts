/** Follows what the jobs of one run leave there as they begin and end; the scheduler is not asked. */

import { setTimeout as sleep } from 'node:timers/promises';
import { readRecords } from '../scheduler/records.ts';
import { marker } from '../scheduler/rows.ts';
import type { Marker } from '../scheduler/types.ts';
import { throughLostLinks } from './lost-links.ts';
import type { Project } from './project.ts';

export interface FollowOptions {
  /** Those that are known; the end of a job that was requeued since is none. */
  known: readonly Marker[];
  /** Hears of each of the others; `true` is worth a question to the scheduler at once. */
  onMarker(found: Marker): boolean;
  /** After each look at the folder in which there was one: of a job that has begun and ended since, both markers come. */
  onNews(): void;
  /** Seconds without a connection after which it gives up (Failure(3)). */
  giveUp?: number | undefined;
}

/** Until the next question to the scheduler is due (POLL_INTERVAL), or a marker is worth one. */
export async function followMarkers(project: Project, runDir: string, options: FollowOptions): Promise<void> {
  const { pollInterval } = project.cluster;
  const over = new AbortController();
  const known = new Set(options.known.map(wordOf));
  let news = false;
  const onRecord = (kind: string, [file = '', line = '']: string[]): void => {
    const found = kind === 'marker' ? marker(file, line) : undefined;
    if (found && !known.has(wordOf(found))) {
      known.add(wordOf(found));
      news = true;
      if (options.onMarker(found)) over.abort();
    } else if (kind === 'alive' && news) {
      news = false;
      options.onNews();
    }
  };
  const begun = Date.now();
  const work = async (contact: () => void): Promise<void> => {
    const take = readRecords(
      (kind, fields) => {
        contact();
        onRecord(kind, fields);
      },
      () => {},
    );
    const seconds = Math.max(1, Math.ceil(pollInterval - (Date.now() - begun) / 1000));
    const program = { files: ['lib', 'follow-markers'], args: [runDir, String(seconds)] };
    await project.host.run(program, { onOutput: take, silence: 30, signal: over.signal }).catch((error) => {
      if (!over.signal.aborted) throw error;
    });
  };
  await throughLostLinks(project, work, options.giveUp);
  // Slurm needs a moment to let go of the last one.
  if (over.signal.aborted) await sleep(500);
}

const wordOf = ({ kind, jobId, task, life, how }: Marker): string => [kind, jobId, task, life, how].join(' ');
