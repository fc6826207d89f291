/** `make bench`: every measurement against the least that could be done, with its target; exit code 1 if one is missed. */

import { clusterUnavailable, ensureCluster, stopCluster } from '../cluster/cluster.ts';
import { measureFlow } from './flow.ts';
import { measureImagePush } from './image-push.ts';
import { measureRefresh } from './image-refresh.ts';
import type { Row } from './measure.ts';
import { measureRepush } from './repush.ts';
import { measureRun } from './run.ts';
import { measureStartup } from './startup.ts';
import { measureStatus } from './status.ts';
import { measureSweepStart } from './sweep.ts';
import { measureSweepStatus } from './sweep-status.ts';
import { measureWatch } from './watch.ts';

const widths = [66, 10, 16, 8, 14, 0];

function print(...cells: string[]): void {
  console.log(
    cells
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd(),
  );
}

const wanted = process.argv.slice(2);
const measurements = {
  startup: measureStartup,
  run: measureRun,
  watch: measureWatch,
  status: measureStatus,
  repush: measureRepush,
  'image-push': measureImagePush,
  'image-refresh': measureRefresh,
  'sweep-status': measureSweepStatus,
  'sweep-start': measureSweepStart,
  flow: measureFlow,
};
const unavailable = clusterUnavailable();
if (unavailable) console.log(`Only start-up is measured: the test cluster cannot run here (${unavailable}).`);
const cluster = unavailable ? undefined : await ensureCluster();
print('measurement', 'ours', 'minimum', 'ratio', 'target');
let missed = 0;
for (const [name, measure] of Object.entries(measurements)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  let rows: Row[] = [];
  if (measure === measureStartup) rows = await measureStartup();
  else if (cluster) rows = await (measure as typeof measureRun)(cluster);
  for (const { what, ours, minimum, ratio, target, good } of rows) {
    print(what, ours, minimum, ratio, target, target && (good ? 'ok' : 'MISSED'));
    if (!good) missed += 1;
  }
}
if (cluster?.startedHere) await stopCluster();
process.exitCode = missed > 0 ? 1 : 0;
