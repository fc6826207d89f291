/** slurm-profiles: the profiles, one line each. */

import { listClusters, loadCluster } from '../src/conf/cluster.ts';
import { readProfiles } from '../src/conf/profile.ts';
import { profilesText } from '../src/report/lists.ts';
import { command } from './command.ts';

command('slurm-profiles', async ({ root, variables, style }) => {
  const cluster = loadCluster(root, variables.text('CLUSTER'), variables.all);
  const profiles = readProfiles(root, cluster, variables.all);
  const result = { profiles, clusters: listClusters(root) };
  return {
    exit: profiles.some(({ problems }) => problems.length > 0) ? 2 : 0,
    result,
    text: profilesText(profiles, style),
  };
});
