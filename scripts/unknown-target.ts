/** What slurm.mk runs for a target that it does not have: `unknown-target.js TARGET COMMAND…`, COMMAND being `push` of `slurm-push`. */

import { nearest } from '../src/conf/nearest.ts';
import { Failure } from '../src/failure.ts';
import type { TargetProblem } from '../src/report/problem.ts';
import { command } from './command.ts';

const [target = '', ...commands] = process.argv.slice(2);

command(target, async () => {
  // Without what all of them begin with: that much in common says nothing.
  const meant = nearest(target.replace(/^slurm-/, ''), commands);
  throw new Failure<TargetProblem>(2, {
    kind: 'unknown-target',
    name: target,
    ...(meant !== undefined && { nearest: `slurm-${meant}` }),
  });
});
