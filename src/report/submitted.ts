/** The report on a job that was submitted. */

import type { SubmitResult } from '../run/submit.ts';
import type { Header } from '../template/directives.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, runPath, type Typed } from './commands.ts';
import { containerText } from './container.ts';
import { scriptRow } from './profile.ts';
import { chosenOr, optionsOf, resourcesText } from './resources.ts';
import type { Style } from './style.ts';

/** `header`, where it is at hand, as in the summary of the profile. */
export function submittedText(
  {
    profile,
    jobId,
    runDir,
    existing,
    attempt,
    header,
    image,
    held,
  }: SubmitResult & { header?: Pick<Header, 'directives'> },
  style: Style,
  typed: Typed = {},
): string {
  const options = optionsOf(profile, header);
  const { id } = profile;
  // Of one submitted before it says nothing: it may have been released since.
  const waits = held && !existing;
  const rows: Row[] = [
    ['Profile', id],
    ['Job ID', jobId],
    ...(attempt > 1 ? [['Attempt', `${attempt}, in the same run directory`] as const] : []),
    scriptRow(profile),
    ['Resources', resourcesText(options)],
    ['Partition', `${chosenOr(options, 'partition')} / Account: ${chosenOr(options, 'account')}`],
    ['Container', containerText(profile, image, header)],
    ['Run dir', runPath(runDir)],
    ...(waits ? [['Held', 'until it is released'] as const] : []),
  ];
  const steps = nextSteps(
    [
      ...(waits ? [['Release', make('slurm-release', id, typed)] as const] : []),
      ['Watch', make('slurm-watch', id, typed)],
      ['Log', make('slurm-log', id, typed)],
      ['Recover', make('slurm-recover', id, typed)],
    ],
    style,
  );
  return `${block(existing ? 'Job submitted before' : 'Job submitted', rows, style)}\n${steps}`;
}
