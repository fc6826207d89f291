/** render: the job script as it would be submitted, and the options that go on sbatch's command line. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from '../conf/env-file.ts';
import { ownTemplate } from '../conf/local-paths.ts';
import type { ConfProblem } from '../conf/problem.ts';
import { loadProfile } from '../conf/profile.ts';
import { optionKey, refusedOptions, rivalOptions } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import { Failure, type Place } from '../failure.ts';
import { remoteText } from '../host/program.ts';
import { quote } from '../host/quote.ts';
import { type Header, optionsAmong, parseHeader } from '../template/directives.ts';
import { renderTemplate } from '../template/render.ts';
import { templateValues } from '../template/values.ts';
import { checkContainer } from './contained.ts';
import { idOf } from './find.ts';
import { withGiven } from './given.ts';
import { nameOfRun, remoteDirOf, runName } from './names.ts';
import type { RunProblem } from './problem.ts';
import type { Project } from './project.ts';
import { readTracked } from './record.ts';

const DEFAULT_TEMPLATE = fileURLToPath(new URL('../../slurm/templates/default.sbatch', import.meta.url));

export interface Rendered {
  /** The user's script, the template filled in. */
  script: string;
  header: Header;
  jobName: string;
  /** sbatch's options, a word each. */
  options: string[];
}

export interface RenderResult extends Rendered {
  profile: Profile;
  runDir: string;
}

/** What `submit` would submit, for the tracked run directory or, if there is none, one that a push would make now. */
export async function render(project: Project, options: { profile: string; tag?: string }): Promise<RenderResult> {
  const { root, cluster } = project;
  const tracked = readTracked(root, idOf(options));
  const profile = loadProfile(root, options.profile, options.tag, cluster, await withGiven(project, tracked));
  const runDir = tracked.runDir ?? `${cluster.remoteDir}/runs/${runName(profile.id, new Date())}`;
  return { ...(await renderRun(project, profile, runDir, tracked.notes.home)), profile, runDir };
}

/** Renders for one run directory. `home` is what `~/` means over there; without it `~` stays. */
export async function renderRun(project: Project, profile: Profile, runDir: string, home = '~'): Promise<Rendered> {
  const { root, cluster, scheduler } = project;
  const remoteDir = remoteDirOf(runDir);
  const jobName = `${cluster.jobPrefix}${nameOfRun(runDir)}`;
  const run = { runDir, remoteDir, jobName, scheduler: scheduler.kind, home };
  const template = templateFile(root, profile);
  if (template.path === DEFAULT_TEMPLATE) checkContainer(project, profile, runDir);
  const script = await renderTemplate({
    text: readFileSync(template.path, 'utf8'),
    file: template.shown,
    values: templateValues(profile, cluster, run, readEnvFile(root)),
    secrets: profile.secrets,
  });
  const header = parseHeader(script, template.shown);
  checkDirectives(header, template.shown);
  if (scheduler.kind === 'local') checkEmbedded(profile, header, template.shown);
  return { script, header, jobName, options: sbatchOptions(profile, header, runDir, remoteDir, jobName) };
}

/**
 * What a shell (slurm-shell) runs by the toolkit's own template, which knows how to have somebody before it: whatever the profile's
 * template is, that is for jobs. `profile` has the command.
 */
export async function renderAttended(
  project: Project,
  profile: Profile,
  runDir: string,
  attended: 'terminal' | 'plain',
  home = '~',
): Promise<string> {
  const { root, cluster, scheduler } = project;
  checkContainer(project, profile, runDir);
  const jobName = `${cluster.jobPrefix}${nameOfRun(runDir)}`;
  const run = { runDir, remoteDir: remoteDirOf(runDir), jobName, scheduler: scheduler.kind, home, attended };
  return renderTemplate({
    text: readFileSync(DEFAULT_TEMPLATE, 'utf8'),
    file: 'slurm/templates/default.sbatch',
    values: templateValues(profile, cluster, run, readEnvFile(root)),
    secrets: profile.secrets,
  });
}

/** TEMPLATE is a name in slurm/templates or a path; without it the project's own default, else the toolkit's. */
function templateFile(root: string, profile: Profile): { path: string; shown: string } {
  const own = ownTemplate(root, profile.template);
  if (own !== undefined) return { path: join(root, own), shown: own };
  const { template } = profile;
  if (template !== undefined && template !== 'default') {
    throw new Failure<ConfProblem>(2, { kind: 'no-template', template, templates: [] });
  }
  return { path: DEFAULT_TEMPLATE, shown: 'slurm/templates/default.sbatch' };
}

/** What the command line cannot take back: `#SBATCH --wait` would hold sbatch until the job's end, and so on. */
function checkDirectives({ directives }: Header, file: string): void {
  const problems = directives.flatMap(({ line, options }) =>
    options.flatMap(({ name }): ConfProblem[] => {
      const why = refusedOptions.get(name);
      if (why === undefined || why === 'toolkit') return [];
      return [{ kind: 'refused-option', key: `#SBATCH --${name}`, option: name, why, place: { file, line } }];
    }),
  );
  if (problems.length > 0) throw new Failure<ConfProblem>(2, ...problems);
}

/** What `scheduler_submit` of local.sh refuses, since it starts every job at once and alone; said before anything is sent. */
const NEED_SLURM = ['array', 'begin', 'dependency', 'hold'];

function checkEmbedded(profile: Profile, { directives }: Header, file: string): void {
  const placeOf = (key: string) => profile.settings.get(key)?.place;
  const given: { option: string; place: Place | undefined }[] = [
    ...profile.sbatch.map(({ name }) => ({ option: name, place: placeOf(optionKey(name)) })),
    ...optionsAmong(profile.sbatchArgs).map(({ name }) => ({ option: name, place: placeOf('SBATCH_ARGS') })),
    ...directives.flatMap(({ line, options }) => options.map(({ name }) => ({ option: name, place: { file, line } }))),
  ];
  const problems = given
    .filter(({ option }) => NEED_SLURM.includes(option))
    .map(({ option, place }): RunProblem => ({ kind: 'option-impossible', option, ...(place && { place }) }));
  if (problems.length > 0) throw new Failure<RunProblem>(2, ...problems);
}

/** An option and those of which sbatch takes only one with it. */
function rivals(name: string): readonly string[] {
  return rivalOptions.find((group) => group.includes(name)) ?? [name];
}

/**
 * What goes on the command line, where it wins over the template's own lines: cluster.conf's defaults only where the template
 * says nothing. The toolkit's options come first, so that what a user may change (--open-mode) can be changed.
 */
function sbatchOptions(profile: Profile, header: Header, runDir: string, remoteDir: string, jobName: string): string[] {
  const inTemplate = new Set(header.directives.flatMap((line) => line.options.map((option) => option.name)));
  const chosen = profile.sbatch.filter(
    (option) => option.layer !== 'cluster' || !rivals(option.name).some((name) => inTemplate.has(name)),
  );
  const comment = chosen.find((option) => option.name === 'comment')?.value;
  const isArray =
    inTemplate.has('array') ||
    chosen.some((option) => option.name === 'array') ||
    profile.sbatchArgs.some((word) => /^(--array(=|$)|-a)/.test(word));
  // A `%` in a path is a pattern to sbatch ("filename pattern"), `%%` is the sign itself.
  const log = `${remoteDir.replaceAll('%', '%%')}/slurm/logs/${isArray ? '%A_%a' : '%j'}`;
  return [
    `--job-name=${jobName}`,
    `--comment=${nameOfRun(runDir)}${comment ? ` ${comment}` : ''}`,
    `--chdir=${runDir}`,
    `--output=${log}.out`,
    `--error=${log}.err`,
    '--open-mode=append',
    ...chosen
      .filter((option) => option.name !== 'comment')
      .map((option) => (option.value === undefined ? `--${option.name}` : `--${option.name}=${option.value}`)),
    ...profile.sbatchArgs,
  ];
}

/**
 * What the scheduler gets: the rendered header and our supervisor, which runs the rendered script by its own `#!`. The header's
 * `#!` is replaced, since a job script may be Python and the supervisor is sh.
 */
export function jobText(rendered: Rendered, profile: Profile, runDir: string, attempt: number): string {
  const { shebang, directives } = rendered.header;
  const exports = Object.entries(profile.env).map(([name, value]) => `export ${name}=${quote(value)}`);
  const words = [runDir, String(attempt), shebang.interpreter, ...shebang.args].map(quote).join(' ');
  return [
    '#!/bin/sh',
    ...directives.map((line) => line.text),
    '# Written by slurm-runner. The job itself is the file `script` beside this one.',
    ...exports,
    remoteText('supervisor'),
    `supervise ${words}`,
    '',
  ].join('\n');
}
