/** The reports on a shell, and on the GPUs that an allocation has. */

import type { GpusResult } from '../interactive/gpus.ts';
import type { ShellResult } from '../interactive/put-away.ts';
import type { PlannedShell } from '../interactive/shell.ts';
import { block, nextSteps, type Row, table } from './block.ts';
import { gatheredRows } from './collected.ts';
import { make, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { stateWord } from './verdict.ts';

/** How it ended, what came home, and what became of its run directory. */
export function shellText(result: ShellResult, style: Style, typed: Typed = {}): string {
  const { id, jobId, runDir, code, verdict, gathered, removed, kept, interrupted } = result;
  if (interrupted && verdict === undefined)
    return 'The request was given up. Nothing is left in the queue, or of the run.';
  const word = verdict === undefined || verdict.state === 'UNKNOWN' ? '' : ` ${stateWord(verdict)}`;
  const rows: Row[] = [
    ['Profile', id],
    ...(jobId === undefined ? [] : [['Job', `${jobId}${word}`] as const]),
    ['Exit code', String(code)],
    ...gatheredRows(gathered, 'pulled', 'not there').filter(([label]) => label !== 'Logs'),
    ['Cleanup', `${runPath(runDir)} ${removed ? 'removed' : `kept: ${kept ?? ''}`}`],
  ];
  const text = block('Shell ended', rows, style);
  return removed ? text : `${text}\n${nextSteps([['Collect', make('slurm-collect', id, typed)]], style)}`;
}

/** With DRY_RUN: what would be asked for, and what would run. */
export function plannedShellText({ profile, runDir, options, script }: PlannedShell, style: Style): string {
  const rows: Row[] = [
    ['Profile', profile.id],
    ['Run dir', runPath(runDir)],
    ['srun', ...options],
  ];
  return `${block('Shell to be started', rows, style)}\n\n${script.trimEnd()}\n\n  Nothing was sent (DRY_RUN=1).`;
}

export function gpusText({ gpus, node, options, interrupted, dryRun }: GpusResult, style: Style): string {
  if (interrupted) return 'The request was given up. Nothing is left in the queue.';
  if (dryRun)
    return `${block('To be asked for', [['srun', ...options, 'nvidia-smi -L']], style)}\n\n  Nothing was sent (DRY_RUN=1).`;
  const head = `${count(gpus.length, 'GPU')} on ${node} (${options.join(' ')})`;
  const rows = gpus.map(({ index, name, uuid }) => [String(index), name, uuid]);
  const [titles = '', ...lines] = table([['GPU', 'NAME', 'UUID'], ...rows], '  ');
  return [style.bold('[GPUs]'), `  ${shown(head)}`, style.bold(titles), ...lines].join('\n');
}
