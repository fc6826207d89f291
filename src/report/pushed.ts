/** What a push sent, and where to. */

import type { PushResult } from '../run/push.ts';
import type { Rendered } from '../run/render.ts';
import { block, nextSteps, type Row } from './block.ts';
import { make, runPath, type Typed } from './commands.ts';
import { containerText } from './container.ts';
import { bytes, count, names } from './quantities.ts';
import { renderedOptionsText, renderedText } from './render.ts';
import type { Style } from './style.ts';

interface PlannedRun {
  push: PushResult;
  rendered?: Rendered;
}

/** With `dryRun` every file is named, and nothing was sent. */
export function pushedText(result: PushResult, style: Style, typed: Typed = {}, dryRun = false): string {
  const { profile, files, dataFiles, sent, runDir, image } = result;
  const rows: Row[] = [
    ['Profile', profile.id],
    ['Code', `${count(files.length, 'file')}${sent === undefined ? '' : `, ${bytes(sent)} sent`}`],
    ...(dryRun ? [['Files', ...files] as const] : []),
    ...(dataFiles.length > 0 ? [['Data', dryRun ? dataFiles.join(' ') : names(dataFiles, 6)] as const] : []),
    ...(image ? [['Container', containerText(profile, image)] as const] : []),
    ['Run dir', runPath(runDir)],
  ];
  if (dryRun) return `${block('To be pushed', rows, style)}\n\n  Nothing was sent (DRY_RUN=1).`;
  const steps = nextSteps([['Submit', make('slurm-submit', profile.id, typed)]], style);
  return `${block('Code pushed', rows, style)}\n${steps}`;
}

/** With DRY_RUN: what would be pushed, and what would be submitted then. */
export function plannedText({ push, rendered }: PlannedRun, style: Style, typed: Typed = {}): string {
  const script = rendered && [
    `${style.bold('[To be submitted]')}\n${renderedOptionsText(rendered, style)}`,
    renderedText(rendered),
  ];
  return [...(script ?? []), pushedText(push, style, typed, true)].join('\n\n');
}
