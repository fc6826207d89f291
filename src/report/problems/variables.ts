/** Sentences for variables of make's command line that scripts read themselves. */

import type { Sentences, VariableProblem } from '../problem.ts';

export const variableSentences: Sentences<VariableProblem> = {
  'not-a-flag': ({ variable, value }) =>
    `${variable}=${value.slice(0, 100)} has to be 1 or 0 (or yes, no, true, false)${variable === 'CELLS' ? ', or failed' : ''}`,
  'not-a-number': ({ variable, value, least }) =>
    `${variable}=${value.slice(0, 100)} has to be a whole number, ${least} or more`,
};
