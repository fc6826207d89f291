/** What a command says while it works, and what it asks. */

import type { TalkEvent, TalkQuestion } from '../run/talk.ts';
import type { Verdict } from '../run/verdict.ts';
import { parseState } from '../scheduler/states.ts';
import type { QueueRow } from '../scheduler/types.ts';
import { agentPath } from '../sweep/wandb/settings.ts';
import { removeQuestion, toBeRemovedText } from './cleaned.ts';
import { make, sendAgents, type Typed } from './commands.ts';
import { shown } from './escape.ts';
import { imagesToBeRemovedText } from './images.ts';
import { profileText } from './profile.ts';
import { count } from './quantities.ts';
import type { Style } from './style.ts';
import { cellWord } from './sweep-cells.ts';
import { verdictLine } from './verdict.ts';

/** A line, or a block of them; undefined for what is shown otherwise: bytes of a log, and progress (progress.ts, sweep-status.ts, flow-live.ts). */
export function eventText(event: TalkEvent, style: Style, typed: Typed = {}): string | undefined {
  switch (event.type) {
    case 'profile':
      return profileText(
        event,
        style,
        [typed.sweep, typed.sweepId, typed.flow].some((name) => name !== undefined),
      );
    case 'queue':
      return style.dim(shown(queueLine(event.row, typed)));
    case 'waiting':
      return style.dim(shown(`Job ${event.jobId} waits${event.reason && ` (${event.reason})`}; Ctrl-C gives it up.`));
    case 'shell-lost':
      return style.yellow('The connection is lost, and the shell with it; connecting again to end its job.');
    case 'started': {
      const again = event.restarts > 0 ? `has started again (restart ${event.restarts})` : 'has started';
      return style.dim(shown(`Job ${event.jobId} ${again}.`));
    }
    case 'scheduler-silent':
      return style.yellow(
        shown(`The scheduler does not answer (${firstLine(event.detail)}); the log is still followed.`),
      );
    case 'reconnecting': {
      const why = firstLine(event.detail);
      return style.yellow(
        shown(
          `The connection is lost${why ? ` (${why})` : ''}; trying again in ${event.seconds} s. The job is not affected.`,
        ),
      );
    }
    case 'reconnected':
      return style.green('Connected again.');
    case 'undecided':
      return style.yellow(shown(`Neither queue nor accounting knows of job ${event.jobId} at present; asking again.`));
    case 'building': {
      const where = event.jobId === undefined ? '' : ` in job ${event.jobId}`;
      if (!event.found)
        return style.dim(shown(`Making ${event.image}${where}; it goes on over there whatever happens here.`));
      const whose = event.ours ? '' : ' from another recipe: this one comes after it';
      return style.yellow(shown(`${event.image} is being made already${where}${whose}; following that.`));
    }
    case 'wandb-sweep':
      return style.dim(shown(`W&B sweep ${event.sweepId}: ${event.url}`));
    case 'wandb-left': {
      const { wandb, profile } = event;
      const again = sendAgents(agentPath(wandb, wandb.sweepId), { ...typed, profile });
      return style.yellow(
        shown(`The W&B sweep ${wandb.sweepId} is there, and no agents yet. To send it some: ${again}`),
      );
    }
    case 'no-mail':
      return style.yellow(
        'SBATCH_MAIL_TYPE is left out: it is Slurm that writes mails. SLACK_WEBHOOK_URL or NOTIFY_WEBHOOK_URL in .env tells of jobs here, too.',
      );
    case 'cell-failed': {
      const log = event.verdict.begun ? `: ${event.log}` : '';
      return style.red(shown(`Cell ${event.cell} ${cellWord(event.verdict)}${log}`));
    }
    case 'sweep':
    case 'flow':
    case 'log':
    case 'progress':
    case 'end-marker':
    case 'over':
      return undefined;
  }
}

/** What is at stake, and the question itself. */
export function questionText(question: TalkQuestion, style: Style): { statement: string; question: string } {
  if (question.type === 'remove') {
    return { statement: toBeRemovedText(question.items, style), question: removeQuestion(question.items) };
  }
  if (question.type === 'remove-images') {
    return {
      statement: imagesToBeRemovedText(question.items, style),
      question: `Remove ${count(question.items.length, 'item')}? [y/N]`,
    };
  }
  const { id, jobId } = question;
  const what =
    jobId === undefined ? `${id}.rundir exists.` : `${id}.jobid exists (Job ${jobId}). It may still be running.`;
  const then = 'Going on replaces what is tracked of it here; the job itself and its run directory stay.';
  return { statement: `${style.yellow(shown(`⚠️ ${what}`))}\n${then}`, question: 'Go on? [y/N]' };
}

export function isYes(answer: string): boolean {
  return /^\s*(y|yes)\s*$/i.test(answer);
}

/** After Ctrl-C: what goes on by itself, and how to come back to it. */
export function interruptedText(profile?: string, tag?: string, typed: Typed = {}): string {
  if (/^slurm-image-(refresh|push|setup)$/.test(typed.target ?? '')) {
    return shown(
      `Interrupted. What was begun on the cluster goes on there, and the image that was there stays until it is done: ${make('slurm-image-list', undefined, { ...typed, profile: undefined })} says how it stands, and the same command follows it again.`,
    );
  }
  const isSweep = typed.sweep !== undefined || typed.sweepId !== undefined;
  if (isSweep && /^slurm-sweep-/.test(typed.target ?? '')) {
    return shown(
      `Interrupted. Cells that were submitted go on, and nothing is lost: ${make('slurm-sweep-watch', undefined, typed)} follows them again.`,
    );
  }
  if (typed.flow !== undefined && /^slurm-flow/.test(typed.target ?? '')) {
    return shown(
      `Interrupted. Jobs that were submitted go on, and nothing is lost: ${make('slurm-flow-watch', undefined, typed)} follows them again, ${make('slurm-flow-cancel', undefined, typed)} ends them.`,
    );
  }
  const id = isSweep || profile === undefined ? undefined : tag === undefined ? profile : `${profile}@${tag}`;
  return shown(
    `Interrupted. A job that was submitted goes on, and nothing is lost: ${make('slurm-recover', id, typed)} says how it stands.`,
  );
}

function queueLine({ id, state, reason, nodeList }: QueueRow, typed: Typed): string {
  const known = parseState(state);
  // The line of a verdict says it all; the rest of one is not known here.
  const verdict: Verdict = {
    ...{ state: known, ended: false, left: false, success: false, jobId: id, basis: 'queue' },
    ...(reason && reason !== 'None' && known !== 'RUNNING' && { reason }),
    ...(nodeList && { nodes: nodeList }),
  };
  return verdictLine(verdict, typed);
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
