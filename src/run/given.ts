/** What make's command line said of the settings when a run was pushed: its jobs are submitted with the same. */

import { commandLineLayer } from '../conf/check.ts';
import { keyOf, unalias } from '../conf/layers.ts';
import type { Project } from './project.ts';
import type { Tracked } from './record.ts';

/** Settings by their keys' first spellings. */
export type Given = Readonly<Record<string, string>>;

/** Those of the command line at hand. */
export function givenNow(commandLine: ReadonlyMap<string, string>): Given {
  const { settings } = unalias(commandLineLayer(commandLine, 'profile'));
  return Object.fromEntries(Array.from(settings, ([key, { value }]) => [key, value]));
}

/** The command line at hand, and below it what was given with the push; the manifest is asked where that is not noted here. */
export async function withGiven(project: Project, { runDir, notes }: Tracked): Promise<ReadonlyMap<string, string>> {
  const { commandLine } = project;
  if (runDir === undefined) return commandLine;
  const before = notes.given ?? (await fromManifest(project, runDir));
  const now = new Set([...commandLine.keys()].map(keyOf));
  return new Map([...Object.entries(before).filter(([key]) => !now.has(key)), ...commandLine]);
}

async function fromManifest({ host }: Project, runDir: string): Promise<Given> {
  const { stdout } = await host.run({ files: ['given'], args: [runDir] });
  const { given = {} } = JSON.parse(`{${stdout.trim().replace(/,$/, '')}}`) as { given?: Given };
  return given;
}
