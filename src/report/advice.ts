/** What to change after a job that did not end well. */

import { neverStarted } from '../run/judge.ts';
import type { NotFound, Verdict } from '../run/verdict.ts';
import { make, profileFile, type Typed, withoutProfile } from './commands.ts';
import { troubleAdvice } from './container.ts';
import { exitMeaning, signalMeaning } from './exit-codes.ts';
import { memory } from './quantities.ts';

/** What comes next, a line each, without arrows; nothing for a job that did what it should or still lives. */
export function adviceOn(id: string, verdict: Verdict, typed: Typed = {}): string[] {
  if (verdict.success) return [];
  if (verdict.state === 'UNKNOWN') return unknown(id, verdict, typed);
  return verdict.ended ? ended(id, verdict, typed) : [];
}

function ended(id: string, verdict: Verdict, typed: Typed): string[] {
  const { nodes, state, notFound, container } = verdict;
  const file = profileFile(id, typed);
  const absent = absentAdvice(verdict, file, typed, make('slurm-run', id, typed));
  const again = make('slurm-resubmit', id, typed);
  const log = `The log says more: ${make('slurm-log', id, typed)}`;
  const elsewhere = `If it is the same node again, avoid it: SBATCH_EXCLUDE=${nodes || 'NODE'} in ${file}.`;
  switch (state) {
    case 'COMPLETED':
      return [
        ...absent,
        'If a failed step is to fail the job, begin the script with set -e, or end it with the code of that step.',
        log,
      ];
    case 'FAILED': {
      if (neverStarted(verdict)) {
        return [
          `Ask for what there is (SBATCH_MEM, SBATCH_CPUS, SBATCH_GPUS, SBATCH_CONSTRAINT … in ${file}); ${make('slurm-info', undefined, withoutProfile(typed))} shows it.`,
        ];
      }
      if (container || notFound) return [...absent, log];
      const { exitCode, signal } = verdict;
      const meaning =
        signal !== undefined ? signalMeaning(signal) : exitCode === undefined ? undefined : exitMeaning(exitCode);
      return [...(meaning?.advice ? [meaning.advice] : []), log];
    }
    case 'OUT_OF_MEMORY':
      return [`Raise SBATCH_MEM in ${file}${now(verdict)}, then: ${again}`];
    case 'TIMEOUT':
      return [
        `Raise SBATCH_TIME in ${file}${verdict.limit ? ` (now ${verdict.limit})` : ''} if it needs more at a time.`,
        `In the same run directory, from its checkpoints if it writes any, it goes on with: ${again}`,
      ];
    case 'NODE_FAIL':
    case 'BOOT_FAIL':
    case 'LAUNCH_FAILED':
    case 'RECONFIG_FAIL':
      return [
        `This is no fault of the job. Once more: ${again}`,
        elsewhere,
        ...(state === 'NODE_FAIL' ? [`With SBATCH_REQUEUE=1 in ${file} Slurm starts it again by itself.`] : []),
      ];
    case 'PREEMPTED':
      return [
        `It goes on in the same run directory with: ${again}`,
        `With SBATCH_REQUEUE=1 in ${file} Slurm starts it again by itself; another PARTITION or SBATCH_QOS may not be preempted at all.`,
      ];
    case 'DEADLINE':
      return [`Put SBATCH_DEADLINE in ${file} off, or ask for less time with SBATCH_TIME, then: ${again}`];
    case 'CANCELLED':
      return [
        `It goes on in the same run directory with: ${again}`,
        'If it was none of yours, ask those who run the cluster: limits and dependencies that cannot be met cancel jobs too.',
      ];
    case 'REVOKED':
      return [`Look for it there: ${make('slurm-recover', id, typed)}`];
    default:
      return [log];
  }
}

/** What brings the container it was not in, or the program it did not find; `again` is the command that runs it once more. */
export function absentAdvice({ container, notFound }: Verdict, file: string, typed: Typed, again: string): string[] {
  if (container) return troubleAdvice(container, file, typed, again);
  return notFound ? [howToBring(notFound, file)] : [];
}

/** What to set where a program was missing. */
function howToBring({ program, isPython }: NotFound, file: string): string {
  if (isPython) {
    const bring = `MODULES, CONDA, VENV or CONTAINER bring ${program}`;
    // The one that was missing need not be tried again.
    return /(^|\/)python3$/.test(program)
      ? `PYTHON in ${file} has to name an interpreter that is there; or let ${bring}.`
      : `Set PYTHON=python3 in ${file}, which more systems have; or let ${bring}.`;
  }
  if (program.includes('/')) {
    return `${program}, or the interpreter in its #! line, is not where the job ran: is it in CODE_FILES, or on a file system that every node has mounted?`;
  }
  const python = program === 'python' ? ' Many systems have python3 alone.' : '';
  return `MODULES, CONDA, VENV, SETUP or CONTAINER in ${file} decide whether a job finds ${program} on its PATH.${python}`;
}

function now({ reqMem }: Verdict): string {
  return reqMem && /[1-9]/.test(reqMem) ? ` (now ${memory(reqMem)})` : '';
}

function unknown(id: string, { jobId }: Verdict, typed: Typed): string[] {
  const job = jobId ? `job ${jobId}` : 'the job';
  return [
    `Neither queue nor accounting nor an end marker says how ${job} stands, so nothing is collected or removed.`,
    `Look again: ${make('slurm-recover', id, typed)}`,
    `If you know that it has ended: ${make('slurm-collect', id, typed, 'FORCE=1')}`,
  ];
}
