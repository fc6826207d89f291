/** Lists of one line each: the profiles there are, the runs that were. */

import type { ConfProblem } from '../conf/problem.ts';
import type { Profile } from '../conf/types.ts';
import type { HistoryEntry } from '../run/history.ts';
import { table } from './block.ts';
import { problemText } from './problems.ts';
import { scriptRow } from './profile.ts';
import { duration, memory } from './quantities.ts';
import { optionsOf, resourcesText } from './resources.ts';
import { plain, type Style } from './style.ts';
import { stateWord, taskCounts } from './verdict.ts';

/** Name, what it runs, what it asks for, where; of a profile that can't be read, what is wrong with it. */
export function profilesText(
  profiles: readonly { name: string; profile?: Profile; problems: readonly ConfProblem[] }[],
  style: Style,
): string {
  if (profiles.length === 0)
    return 'There are no profiles yet: write slurm/profiles/NAME.conf, at the least with SCRIPT=…';
  // Columns of their own for those that can be read, so that a long complaint does not push them apart.
  const summaries = table(
    profiles.map(({ profile }) => (profile ? summary(profile) : [])),
    '',
  );
  const lines = table(
    profiles.map(({ name, profile, problems }, at) => [name, profile ? (summaries[at] ?? '') : wrong(problems)]),
    '  ',
  );
  return [style.bold('[Profiles]'), ...lines.map((line, at) => (profiles[at]?.profile ? line : style.red(line)))].join(
    '\n',
  );
}

function summary(profile: Profile): string[] {
  const [, runs = ''] = scriptRow(profile);
  const options = optionsOf(profile);
  return [shorten(runs), resourcesText(options), options.get('partition') ?? ''];
}

function wrong(problems: readonly ConfProblem[]): string {
  const [first, ...others] = problems;
  const [line = 'cannot be read'] = first ? problemText(first, plain).split('\n') : [];
  return `! ${line}${others.length > 0 ? ` (and ${others.length} more)` : ''}`;
}

/** The oldest first, so that the newest stands above the prompt. */
export function historyText(entries: readonly HistoryEntry[], style: Style): string {
  if (entries.length === 0) return 'No runs yet: a run is noted here when it is collected or cleared away.';
  const [head = '', ...lines] = table(
    [
      ['PROFILE', 'JOBID', 'ENDED', 'STATE', 'ELAPSED', 'USED', 'RUN'],
      ...entries.map((entry) => [
        entry.job === undefined ? entry.id : `${entry.id} ${entry.job}`,
        entry.jobId,
        minute(entry.ended ?? entry.recorded),
        (entry.tasks ? taskCounts(entry.tasks) : stateWord(entry)) +
          (entry.restarts ? `, restarts: ${entry.restarts}` : ''),
        // Of an array it would be the time of one task.
        entry.elapsedSeconds === undefined || entry.tasks ? '-' : duration(entry.elapsedSeconds),
        used(entry),
        entry.run,
      ]),
    ],
    '  ',
  );
  return [style.bold('[History]'), style.bold(head), ...lines].join('\n');
}

function used({ cpus, totalCpu, maxRss }: HistoryEntry): string {
  const parts = [cpus && `${cpus} CPU`, totalCpu && `${totalCpu} CPU time`, maxRss && `${memory(maxRss)} RAM`];
  return parts.filter(Boolean).join(', ') || '-';
}

/** `2026-02-24T14:30:52` to the minute. */
function minute(time: string): string {
  return time.slice(0, 16).replace('T', ' ');
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
