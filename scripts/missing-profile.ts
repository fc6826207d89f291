/** The failure of a target that needs PROFILE and did not get it: names the choices, or the variable that was misspelt. */

import { checkCommandLine } from '../src/conf/check.ts';
import type { ConfProblem } from '../src/conf/problem.ts';
import { COMMAND_LINE } from '../src/conf/problem.ts';
import { listProfiles } from '../src/conf/profile.ts';
import { Failure } from '../src/failure.ts';

export function missingProfile(root: string, given: ReadonlyMap<string, string>): Failure<ConfProblem> {
  const misspelt = checkCommandLine(given);
  if (misspelt.length > 0) return new Failure(2, ...misspelt);
  return new Failure(2, {
    kind: 'missing-variable',
    variable: 'PROFILE',
    choices: listProfiles(root),
    place: COMMAND_LINE,
  });
}
