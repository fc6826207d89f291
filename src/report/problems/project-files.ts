/** Sentences for files of the project that a profile names and that can't be sent. */

import type { ConfProblem } from '../../conf/problem.ts';
import { quote } from '../../host/quote.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';

type FileKind =
  | 'no-such-file'
  | 'no-template'
  | 'not-a-file'
  | 'not-executable'
  | 'nothing-to-send'
  | 'through-link'
  | 'link-outside'
  | 'link-not-sent'
  | 'undecodable-name'
  | 'git-failed';

export const projectFileSentences = {
  'no-such-file': ({ key, path, nearest }) =>
    `${key}: ${/[*?[{(]/.test(path) ? 'nothing matches' : 'there is no'} ${path}${didYouMean(nearest)}`,
  'no-template': ({ template, templates, nearest }) => ({
    says: `there is no template ${template}${didYouMean(nearest)}`,
    next: [
      templates.length > 0 && !template.includes('/')
        ? `Templates here: ${names(templates)}. Without TEMPLATE= the default one is taken.`
        : `Write ${template.includes('/') ? template : `slurm/templates/${template}.sbatch`}, or leave TEMPLATE out: the toolkit has one of its own.`,
    ],
  }),
  'not-a-file': ({ key, path }) => `${key}: ${path} is not a file`,
  'not-executable': ({ path }) => ({
    says: `SCRIPT=${path} ends in neither .py nor .sh, and it is not executable`,
    next: [`chmod +x ${quote(path)}`],
  }),
  'nothing-to-send': ({ path }) => ({
    says: `CODE_FILES: nothing of ${path} would be sent: it is empty, or git ignores all of it`,
    next: ['A file that is named by itself is sent even if git ignores it.'],
  }),
  'through-link': ({ key, path, link }) => ({
    says: `${key}: ${path} leads through the symbolic link ${link}, which would not work in a run directory`,
    next: ['Name the file by the path it really has.'],
  }),
  'link-outside': ({ path, target }) => ({
    says: `the symbolic link ${path} leads to ${target}, outside of the project: it would lead nowhere on the cluster`,
    next: ['Put a copy in its place, or leave it out of CODE_FILES.'],
  }),
  'link-not-sent': ({ path, target }) => ({
    says: `the symbolic link ${path} leads to ${target}, which is not sent along`,
    next: ['Add that to CODE_FILES, or leave the link out.'],
  }),
  'undecodable-name': ({ path }) => `the name of ${path} is not in UTF-8: rename the file or let git ignore it`,
  'git-failed': ({ detail }) => ({
    says: 'git cannot list the files of this project',
    words: detail,
    next: ['git status shows the same error; once that works, this does.'],
  }),
} satisfies Pick<Sentences<ConfProblem>, FileKind>;
