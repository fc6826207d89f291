/** What a site's people have of Python: a stand-in for conda in one's home, and a virtual environment in another's. */

import type { TestCluster, User } from '../cluster/cluster.ts';

/**
 * A stand-in, since conda itself does not come with the machine: `conda activate` as conda.sh defines it, for environments that are
 * folders with a `python`. It knows nothing of packages.
 */
const CONDA_SH = `conda() {
  [ "$1" = activate ] || { echo "conda (stand-in): only activate is known" >&2; return 2; }
  if ! [ -d "$HOME/miniforge3/envs/$2/bin" ]; then
    printf '\\nEnvironmentNameNotFound: Could not find conda environment: %s\\n' "$2" >&2
    return 1
  fi
  export CONDA_PREFIX="$HOME/miniforge3/envs/$2" CONDA_DEFAULT_ENV="$2" CONDA_SHLVL=1
  PATH=$CONDA_PREFIX/bin:$PATH
}`;

/** Lays it where its installers would put conda, for that user; gives what takes it away. */
export async function layConda(cluster: TestCluster, user: User, environments: readonly string[]) {
  await cluster.asUser(
    user,
    `mkdir -p miniforge3/etc/profile.d && cat >miniforge3/etc/profile.d/conda.sh <<'END' || exit
${CONDA_SH}
END
    for name in ${environments.join(' ')}; do
      mkdir -p "miniforge3/envs/$name/bin" && ln -sf /usr/bin/python3 "miniforge3/envs/$name/bin/python" || exit
    done`,
  );
  return async (): Promise<void> => void (await cluster.asUser(user, 'rm -rf miniforge3'));
}

/** A real one, in /home/user/xxx/.venv; gives what takes it away. Throws where that folder is somebody's. */
export async function layVenv(cluster: TestCluster) {
  // A file in it says which folders were made for it: a test that was killed leaves them behind.
  await cluster.asRoot(
    `cd /home && { ! [ -e user/xxx ] || [ -e user/xxx/made-for ]; } || { echo "/home/user/xxx is somebody's" >&2; exit 1; }
    if ! [ -e user/xxx ]; then
      made=xxx; [ -e user ] || made='user xxx'
      mkdir -p user/xxx && echo "$made" >user/xxx/made-for || exit
    fi
    /usr/bin/python3 -m venv --clear --without-pip user/xxx/.venv && chmod -R a+rX user/xxx`,
  );
  return async (): Promise<void> => {
    await cluster.asRoot(
      `cd /home && made=$(cat user/xxx/made-for) && rm -rf user/xxx && { [ "$made" = xxx ] || rmdir user; }`,
    );
  };
}
