/** render: the job script as it would be submitted, and the options that go on sbatch's command line. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from '../conf/env-file.ts';
import { ownTemplate } from '../conf/local-paths.ts';
import type { ConfProblem } from '../conf/problem.ts';
import { loadProfile } from '../conf/profile.ts';
import { refusedOptions, rivals } from '../conf/sbatch-options.ts';
import type { Profile } from '../conf/types.ts';
import { Failure } from '../failure.ts';
import { remoteText } from '../host/program.ts';
import { quote } from '../host/quote.ts';
import { type Header, parseHeader } from '../template/directives.ts';
import { withoutOverruled } from '../template/overruled.ts';
import { compileTemplate, renderTemplate } from '../template/render.ts';
import { shellWords, type TemplateValues } from '../template/shell-text.ts';
import { surroundings, templateValues } from '../template/values.ts';
import { checkContainer, checkWholeScript, mountsOfRun, wholeScriptLines } from './contained.ts';
import { checkEmbedded, spelledOut } from './embedded.ts';
import { idOf } from './find.ts';
import { withGiven } from './given.ts';
import { withHold } from './hold.ts';
import { nameOfRun, remoteDirOf, runName } from './names.ts';
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
  return (await openTemplate(project, profile, runDir, home)).render();
}

export interface OpenTemplate {
  /** As written. */
  text: string;
  /** `values` are those that one cell of a sweep has besides, `args` its words for the end of SCRIPT_ARGS. Throws Failure(2). */
  render(values?: TemplateValues, args?: readonly string[]): Rendered;
}

/** A profile's template, to be rendered again and again; `part` is the job of a flow that it is for. */
export async function openTemplate(
  project: Project,
  profile: Profile,
  runDir: string,
  home = '~',
  part?: string,
): Promise<OpenTemplate> {
  const { root, cluster, scheduler, commandLine } = project;
  const remoteDir = remoteDirOf(runDir);
  const jobName = `${cluster.jobPrefix}${part === undefined ? '' : `${part}.`}${nameOfRun(runDir)}`;
  const run = { runDir, remoteDir, jobName, scheduler: scheduler.kind, home };
  const template = templateFile(root, profile);
  if (template.path === DEFAULT_TEMPLATE) checkContainer(project, profile, runDir);
  const text = readFileSync(template.path, 'utf8');
  const around = surroundings(profile, process.env);
  // Of make's command line what is no key, too: it comes before [env].
  const typed = surroundings(profile, Object.fromEntries(commandLine));
  const rendering = await compileTemplate({ text, file: template.shown, secrets: profile.secrets, around });
  const shared = templateValues(profile, cluster, run, readEnvFile(root), around);
  const held = withHold(profile, commandLine);
  const render = (values: TemplateValues = {}, args: readonly string[] = []): Rendered => {
    const words = shellWords([...profile.scriptArgs, ...args]);
    const script = rendering(values, typed, { SCRIPT_ARGS: words, ARGS: words }, shared);
    const header = parseHeader(script, template.shown);
    checkDirectives(header, template.shown);
    checkWholeScript(project, profile, runDir, header, template.shown);
    const options = sbatchOptions(held, header, runDir, remoteDir, jobName);
    if (scheduler.kind !== 'local') return { script, header, jobName, options };
    checkEmbedded(held, header, template.shown);
    return { script, jobName, ...spelledOut(header, options) };
  };
  return { text, render };
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
    values: templateValues(profile, cluster, run, readEnvFile(root), surroundings(profile, process.env)),
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

/**
 * What goes on the command line, where it wins over the template's own lines: cluster.conf's defaults only where the template
 * says nothing. The toolkit's options come first, so that what a user may change (--open-mode) can be changed.
 */
function sbatchOptions(profile: Profile, header: Header, runDir: string, remoteDir: string, jobName: string): string[] {
  const own = header.directives.flatMap((line) => line.options);
  const inTemplate = new Set(own.map((option) => option.name));
  const chosen = profile.sbatch.filter(
    (option) => option.layer !== 'cluster' || !rivals(option.name).some((name) => inTemplate.has(name)),
  );
  const comment = [...own, ...chosen].findLast((option) => option.name === 'comment')?.value;
  const isArray =
    profile.cellNames !== undefined ||
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
    ...mountsOfRun(profile, header, runDir, remoteDir),
  ];
}

/** What the scheduler gets for one attempt. */
export function jobText({ header }: Rendered, profile: Profile, runDir: string, attempt: number): string {
  const { before, behind } = wholeParts(jobParts(header, profile, runDir));
  return before + attempt + behind;
}

/** A job's text: `head`, `shared`, `tail`, its attempt's number, `behind`. Only `shared` is the same for every job. */
export interface JobParts {
  head: string;
  shared: string;
  tail: string;
  behind: string;
}

/** Before and behind the attempt's number. */
export function wholeParts({ head, shared, tail, behind }: JobParts): { before: string; behind: string } {
  return { before: [head, shared, tail].join('\n'), behind };
}

/** What makes a job's supervisor do more than run the script once. */
export interface JobExtras {
  /** Its tasks are cells: their folder below results/, and the file with their parameters where they have any. */
  cells?: { folder: string; file?: string };
  /** How often the script is run again after it failed, and seconds before each time. */
  retry?: { times: number; delay: number };
}

/**
 * The rendered header and our supervisor, which runs the rendered script by its own `#!`. The header's `#!` is replaced, since a job
 * script may be Python and the supervisor is sh.
 */
export function jobParts(
  { shebang, directives }: Header,
  profile: Profile,
  runDir: string,
  { cells, retry }: JobExtras = {},
): JobParts {
  const head = [
    '#!/bin/sh',
    ...withoutOverruled(directives, profile),
    '# Written by slurm-runner. The job itself is the file `script` beside this one.',
    ...exportLines(profile.env),
  ];
  const tail = [
    ...wholeScriptLines({ directives }, profile),
    ...(cells ? [remoteText('cell'), `sr_sweep=${quote(cells.folder)}`] : []),
    ...(cells?.file ? [`sr_parameters=${quote(cells.file)}`] : []),
    ...(retry && retry.times > 0 ? [`sr_retry=${retry.times} sr_retry_delay=${retry.delay}`] : []),
    `supervise ${quote(runDir)} `,
  ];
  return {
    head: head.join('\n'),
    shared: `${remoteText('scratch')}\n${remoteText('supervisor')}`,
    tail: tail.join('\n'),
    behind: ` ${[shebang.interpreter, ...shebang.args].map(quote).join(' ')}\n`,
  };
}

/** [env] as lines of a job. A TMPDIR among them is the one that was asked for: the supervisor makes none. */
export function exportLines(env: Readonly<Record<string, string>>): string[] {
  const exports = Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}`);
  return env.TMPDIR === undefined ? exports : [...exports, 'sr_tmpdir=given'];
}
