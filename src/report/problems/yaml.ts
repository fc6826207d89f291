/** Sentences for YAML files that cannot be read, or say something else than is asked. */

import type { YamlKind, YamlProblem } from '../../conf/yaml-problem.ts';
import { didYouMean, type Sentences } from '../problem.ts';
import { names } from '../quantities.ts';

export const yamlSentences: Sentences<YamlProblem> = {
  'yaml-syntax': ({ detail }) => ({
    says: `this is no YAML, here or just before: ${detail}`,
    next: ['A text with {{ }}, with a colon before a blank, or with a # behind one has to be in quotes.'],
  }),
  'yaml-tab': () => 'a tab begins this line; YAML is indented by blanks alone',
  'yaml-unclosed': ({ quote }) => `the ${quote} that begins here is never closed`,
  'yaml-empty': () => 'the file is empty',
  'yaml-documents': () => 'a second document begins here, after ---; one file holds one',
  'yaml-key': ({ braces }) => ({
    says: 'a list or a mapping stands where a name is needed',
    ...(braces && { next: ['A value that begins with {{ has to be quoted: "{{ name }}".'] }),
  }),
  'yaml-repeated-key': ({ key, firstLine }) => `${key} is there twice, the first time in line ${firstLine}`,
  'yaml-tag': ({ tag }) => ({
    says: `the tag ${tag} means nothing here`,
    next: ['A value that begins with ! has to be quoted.'],
  }),
  'yaml-alias': ({ name, why }) =>
    why === 'circle' ? `*${name} is a part of itself` : `*${name} stands for nothing: no &${name} comes before it`,
  'yaml-merge': () => '<< takes a mapping, or a list of mappings',
  'yaml-too-large': ({ most }) => `with its aliases (*name) replaced the file has more than ${most} values`,
  'yaml-unknown-key': ({ key, keys, nearest }) => ({
    says: `unknown key ${key}${didYouMean(nearest)}`,
    ...(nearest === undefined && { next: [`There are: ${names(keys, 40)}.`] }),
  }),
  'yaml-no-value': ({ key }) => `${key} has no value`,
  'yaml-wrong-kind': ({ key, wanted, found }) => `${key} has to be ${KINDS[wanted]}, not ${KINDS[found]}`,
};

const KINDS: Record<YamlKind, string> = {
  text: 'a single value',
  list: 'a list',
  mapping: 'a mapping (name: value)',
  nothing: 'nothing',
};
