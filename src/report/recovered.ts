/** What `recover` found, and what comes next. */

import type { Recovered, RecoverResult } from '../run/recover.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, ofFlow, ofSweep, runPath, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import type { Style } from './style.ts';
import { stateWord } from './verdict.ts';

export function recoveredText(
  { recovered, trouble }: RecoverResult,
  style: Style,
  typed: Typed = {},
  dryRun = false,
): string {
  const parts = recovered.map((one) => oneText(one, style, typed, dryRun));
  if (parts.length === 0) {
    parts.push('There is nothing to recover: no run on the cluster, and nothing tracked here.');
  }
  if (trouble !== undefined) {
    parts.push(
      `${style.yellow('⚠️ The scheduler does not answer; what is said of jobs is what lies on disk.')}\n  ${style.dim(shown(trouble))}`,
    );
  }
  return parts.join('\n\n');
}

function oneText(one: Recovered, style: Style, typed: Typed, dryRun: boolean): string {
  const { id, jobId, runDir, verdict, action, next, others } = one;
  const rows: Row[] = [
    ['Profile', id],
    ['Job', [jobId ?? '(none)', verdict && jobId ? stateWord(verdict) : ''].join(' ').trim()],
    ['Run dir', action === 'forgotten' ? `${runPath(runDir)} (no longer on the cluster)` : runPath(runDir)],
    ['State', (dryRun ? PLANNED : DONE)[action]],
    ...(others.length > 0
      ? [
          [
            'Others',
            ...others.map(
              (other) => `${runPath(other.run)} ${other.jobId ? `Job ${other.jobId} ` : ''}${wordOf(other.state)}`,
            ),
          ] as const,
        ]
      : []),
  ];
  const text = block('Recovered', rows, style);
  const step = NEXT[next];
  const about =
    one.flow !== undefined
      ? ofFlow(id, one.flow, typed)
      : one.sweep === undefined
        ? typed
        : ofSweep(id, one.sweep, typed);
  if (step) return `${text}\n${nextSteps([[step.label, make(step.target, id, about)]], style)}`;
  if (next === 'wait') {
    const wait = `${text}\n\n  Submitted so lately that the queue may not show it yet: try again in a minute.`;
    return one.sweep === undefined
      ? wait
      : `${wait}\n${nextSteps([['Then', make('slurm-sweep-resume', id, about)]], style)}`;
  }
  if (action === 'forgotten') return text;
  const steps = nextSteps(
    [
      ...(verdict?.success ? [] : [['Again', make('slurm-resubmit', id, about)] as const]),
      ['Remove', make('slurm-clean', id, typed)],
    ],
    style,
  );
  return `${text}\n\n  What it left was collected before.\n${steps}`;
}

const DONE: Record<Recovered['action'], string> = {
  unchanged: 'state files were right',
  restored: 'state files written again',
  forgotten: 'state files removed',
};

const PLANNED: Record<Recovered['action'], string> = {
  unchanged: 'state files are right',
  restored: 'state files to be written again (DRY_RUN=1)',
  forgotten: 'state files to be removed (DRY_RUN=1)',
};

const NEXT: Record<Recovered['next'], { label: string; target: string } | undefined> = {
  watch: { label: 'Watch', target: 'slurm-watch' },
  collect: { label: 'Collect', target: 'slurm-collect' },
  submit: { label: 'Submit', target: 'slurm-submit' },
  push: { label: 'Push again', target: 'slurm-push' },
  wait: undefined,
  none: undefined,
};

function wordOf(state: string): string {
  return state === 'NOT_SUBMITTED' ? 'not submitted' : state;
}
