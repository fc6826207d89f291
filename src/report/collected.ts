/** The reports on results and logs that came home: collect, for one run and for all, and fetch. */

import type { Failure } from '../failure.ts';
import type { CollectResult } from '../run/collect.ts';
import type { FetchResult } from '../run/fetch.ts';
import type { Known } from '../run/find.ts';
import type { Gathered } from '../run/gather.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, ofSweep, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { failureText } from './problems.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { stateWord, verdictText } from './verdict.ts';

/** So many paths of a kind are named. */
const MOST = 20;

/** What was brought, and what became of the run directory; how the job ended is told by verdict.ts. */
export function collectedText(result: CollectResult, style: Style, typed: Typed = {}): string {
  const { id, jobId, runDir, verdict, gathered, removed, dryRun } = result;
  const fate = dryRun ? PLANNED : DONE;
  const rows: Row[] = [
    ['Profile', id],
    ...(verdict.success ? [] : [['Job', `${jobId} ${stateWord(verdict)}`] as const]),
    ...gatheredRows(gathered, dryRun ? 'to be pulled' : 'pulled'),
    ['Cleanup', `${runPath(runDir)} ${(dryRun ? verdict.success : removed) ? fate.removed : fate.kept}`],
  ];
  const text = block(dryRun ? 'To be collected' : 'Results collected', rows, style);
  if (dryRun) return `${text}\n\n  Nothing was transferred or removed (DRY_RUN=1).`;
  if (removed) return text;
  const about = result.sweep === undefined ? typed : ofSweep(id, result.sweep, typed);
  const steps = nextSteps(
    [
      ['Again', make('slurm-resubmit', id, about)],
      ['New code', make('slurm-run', id, about)],
      ['Log', make('slurm-log', id, typed)],
      ['Remove', make('slurm-collect', id, typed, 'FORCE=1')],
    ],
    style,
  );
  return `${text}\n${steps}`;
}

const DONE = { removed: 'removed', kept: 'kept: the job did not succeed' };
const PLANNED = { removed: 'to be removed', kept: 'to be kept: the job did not succeed (FORCE=1 removes it)' };

/** collect without PROFILE: every run with how it ended, then those that wait and those that could not be collected. */
export function collectedAllText(
  result: { collected: CollectResult[]; waiting: Known[]; failed: { id: string; failure: Failure }[] },
  style: Style,
  typed: Typed = {},
): string {
  const { collected, waiting, failed } = result;
  const parts = collected.map((one) => {
    const text = collectedText(one, style, typed);
    return one.verdict.success ? text : `${verdictText(one.id, one.verdict, style, typed)}\n${text}`;
  });
  for (const { id, failure } of failed) parts.push(`${style.bold(shown(id))}\n${failureText(failure, style, typed)}`);
  if (waiting.length > 0) {
    const rows = waiting.map(({ tracked, verdict }): Row => {
      const word = verdict.state === 'NOT_SUBMITTED' ? 'not submitted' : stateWord(verdict);
      return [tracked.id, verdict.jobId ? `Job ${verdict.jobId} ${word}` : word];
    });
    parts.push(block('Not ended yet', rows, style));
  }
  if (parts.length > 0) return parts.join('\n\n');
  return `Nothing is tracked here. If something should be: ${make('slurm-recover', undefined, typed)}`;
}

/** Results so far; what is not there yet is no mistake. */
export function fetchedText(
  { id, jobId, runDir, verdict, gathered, dryRun }: FetchResult,
  style: Style,
  typed: Typed = {},
): string {
  const rows: Row[] = [
    ['Profile', id],
    ['Job', jobId === undefined ? '(not submitted)' : `${jobId} ${stateWord(verdict)}`],
    ...gatheredRows(gathered, dryRun ? 'to be pulled' : 'pulled', 'not there yet'),
    ['Run dir', `${runPath(runDir)} (${dryRun ? 'stays' : 'nothing was removed'})`],
  ];
  if (dryRun) return `${block('To be fetched', rows, style)}\n\n  Nothing was transferred (DRY_RUN=1).`;
  const text = block('Results fetched', rows, style);
  return verdict.ended ? `${text}\n${nextSteps([['Collect', make('slurm-collect', id, typed)]], style)}` : text;
}

export function gatheredRows({ results, logs, kept, missing }: Gathered, done: string, absent = 'not there'): Row[] {
  const paths = [...results.map((path) => `${path} ← ${done}`), ...missing.map((path) => `${path} (${absent})`)];
  return [
    paths.length > 0 ? ['Results', ...some(paths)] : ['Results', '(none)'],
    ['Logs', logList(logs)],
    ...(kept.length > 0 ? [['Local', ...some(kept.map((path) => `${path} (your own file, kept)`))] as const] : []),
  ];
}

/** The folder once: `slurm/logs/12345.out, 12345.err`. */
function logList(logs: readonly string[]): string {
  const [first, ...others] = logs;
  if (first === undefined) return '(none)';
  const folder = first.slice(0, first.lastIndexOf('/') + 1);
  const short = others.map((path) => (path.startsWith(folder) ? path.slice(folder.length) : path));
  const named = [first, ...short].slice(0, 8).join(', ');
  return logs.length > 8 ? `${named} … (${count(logs.length, 'file')})` : named;
}

function some(paths: readonly string[]): string[] {
  const rest = paths.length - MOST;
  return [...paths.slice(0, MOST), ...(rest > 0 ? [`… and ${rest} more`] : [])];
}
