/** Through every kind of login: shells, noisy start files, a PATH only /etc/profile has, passwords, and connections that fail. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnavailable, ensureCluster, type TestCluster, type User } from '../cluster/cluster.ts';
import { makeToy, type Toy } from '../kit/toy.ts';

const PASSWORD = 'correct horse battery';

describe.skipIf(clusterUnavailable())('logins', () => {
  let cluster: TestCluster;
  const toys: Toy[] = [];

  /** A project on REMOTE_HOST `host`, with a profile `t` that brings a word home. */
  const project = (host: string, user: User, env = cluster.env(), more = ''): Toy => {
    const toy = makeToy(`REMOTE_HOST=${host}\nREMOTE_DIR=${cluster.remoteDir(user)}\n${more}`, env);
    toys.push(toy);
    toy.write('code/it\'s "code".txt', 'word\n');
    toy.profile(
      't',
      `COMMAND='mkdir -p out data/d; cat code/*.txt > out/w; id -un > data/d/who; echo "said"'\nCODE_FILES=code/\nRESULTS_PULL="out/ data/d/"\n`,
    );
    return toy;
  };
  /** Puts lines before all others of that laptop's ssh configuration: the first value counts. */
  const configure = (env: Record<string, string>, lines: string): void => {
    const file = join(env.HOME as string, '.ssh/config');
    writeFileSync(file, `${lines}\n${readFileSync(file, 'utf8')}`);
  };
  const lifeOf = async (toy: Toy, user: User): Promise<void> => {
    const ended = await toy.json('slurm-full', { PROFILE: 't' });
    expect(ended.exit, ended.stdout + ended.stderr).toBe(0);
    expect([toy.read('out/w'), toy.read('data/d/who')]).toEqual(['word\n', `${user}\n`]);
    expect(toy.read(`slurm/logs/${ended.json.submit.jobId}.out`)).toBe('said\n');
  };

  beforeAll(async () => {
    cluster = await ensureCluster();
  });
  afterAll(() => {
    for (const toy of toys) toy.remove();
  });

  // srt-bash is whom all other tests are about.
  test.concurrent.each<User>(['srt-dash', 'srt-tcsh', 'srt-fish', 'srt-noisy', 'srt-login'])(
    'a whole life as %s',
    async (user) => {
      const toy = project(user, user);
      await lifeOf(toy, user);
      // And the verbs that are not part of it, with the two shells that are the least like sh.
      if (user !== 'srt-tcsh' && user !== 'srt-fish') return;
      expect((await toy.json('slurm-run', { PROFILE: 't' })).exit).toBe(0);
      for (const [target, variables] of [
        ['status', {}],
        ['watch', { PROFILE: 't' }],
        ['log', { PROFILE: 't' }],
        ['fetch', { PROFILE: 't' }],
        ['recover', {}],
        ['collect', {}],
        ['clean', { YES: '1' }],
      ] as const) {
        const ended = await toy.json(`slurm-${target}`, variables);
        expect(ended.exit, `${target}: ${ended.stdout}`).toBe(0);
      }
      expect(
        await cluster.asUser(user, `ls ${/^REMOTE_DIR=(.*)$/m.exec(toy.read('slurm/cluster.conf'))?.[1]}/runs`),
      ).toBe('');
    },
  );

  test('REMOTE_SETUP finds Slurm where /etc/profile would not, may print, read, go elsewhere, and use names of ours and Slurm’s', async () => {
    const own =
      'cat; cd /; export name=x run=x build=x meta=x CDPATH=.:/tmp SQUEUE_STATES=PD SQUEUE_NAMES=x SLURM_TIME_FORMAT=relative; root=x dir=x at=x job=x wanted=9 out=x';
    const setup = `REMOTE_SETUP=echo "loading $HOME"; echo moan >&2; PATH=$PATH:/usr/bin; export PATH; ${own}\n`;
    await lifeOf(project('srt-login', 'srt-login', cluster.env(), setup), 'srt-login');
    const lost = project('srt-login', 'srt-login', cluster.env(), 'REMOTE_SETUP=PATH=/nowhere:$PATH\n');
    const ended = await lost.json('slurm-full', { PROFILE: 't' });
    expect(ended.exit, ended.stdout).toBe(2);
    expect(ended.json.problems).toMatchObject([{ kind: 'no-slurm', host: 'srt-login' }]);
  });

  describe('with a password', () => {
    /** Runs make on a terminal of its own (script is part of Debian's bsdutils) and types `password` when it is asked. */
    const onTerminal = async (toy: Toy, env: Record<string, string>, target: string, password: string) => {
      const command = `make --no-print-directory ${target}`;
      const child = execa('script', ['-qefc', command, '/dev/null'], {
        ...{ cwd: toy.root, env, extendEnv: false, reject: false, stdin: 'pipe', timeout: 150_000 },
      });
      let asked = 0;
      let seen = '';
      child.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        while ((seen.match(/password: ?/gi) ?? []).length > asked) {
          asked += 1;
          child.stdin.write(`${password}\n`);
        }
      });
      const { exitCode, timedOut } = await child;
      return { asked, seen, exitCode, timedOut };
    };

    // Never hang on a prompt nobody sees; use the connection that is there.
    test('it is asked for once for a whole life, and not again by the next command', async () => {
      const env = cluster.env();
      const toy = project('srt-pass', 'srt-pass', env);
      const full = await onTerminal(toy, env, 'slurm-full PROFILE=t', PASSWORD);
      expect(full, full.seen).toMatchObject({ asked: 1, exitCode: 0, timedOut: false });
      expect(toy.read('data/d/who')).toBe('srt-pass\n');
      expect(full.seen).not.toContain(PASSWORD);
      const next = await onTerminal(toy, env, 'slurm-status', PASSWORD);
      expect(next, next.seen).toMatchObject({ asked: 0, exitCode: 0 });
      // Even where there is no terminal.
      expect((await toy.json('slurm-status')).exit).toBe(0);
    });

    test('a wrong one ends with 3 and says what to do', async () => {
      const env = cluster.env();
      const toy = project('srt-pass', 'srt-pass', env);
      const full = await onTerminal(toy, env, 'slurm-full PROFILE=t', 'wrong');
      expect(full, full.seen).toMatchObject({ asked: 1, timedOut: false });
      expect(full.seen).toMatch(/srt-pass refuses the login[\s\S]*ssh srt-pass[\s\S]*Error 3/);
    });

    test('without a terminal it ends with 3 at once', async () => {
      const toy = project('srt-pass', 'srt-pass');
      const begun = performance.now();
      for (const target of ['slurm-full', 'slurm-status']) {
        const ended = await toy.json(target, target === 'slurm-status' ? {} : { PROFILE: 't' });
        if (target === 'slurm-full') {
          expect(ended.exit).toBe(3);
          expect(ended.json.problems).toMatchObject([{ kind: 'login-refused', host: 'srt-pass' }]);
        }
      }
      // A question that nobody sees would be answered by sshd, after two minutes.
      expect(performance.now() - begun).toBeLessThan(100_000);
      expect(toy.has('slurm/jobs/t.rundir')).toBe(false);
    });

    test('SSH_ASKPASS answers it where the user has one', async () => {
      const env = { ...cluster.env(), SSH_ASKPASS: join(cluster.dir, 'askpass'), SSH_ASKPASS_REQUIRE: 'force' };
      await lifeOf(project('srt-pass', 'srt-pass', env), 'srt-pass');
    });
  });

  test('a misspelt alias names the nearest, a closed port and an unknown key say what they are', async () => {
    const env = cluster.env();
    configure(
      env,
      `Host closed\n  HostName 127.0.0.1\n  Port 1\nHost newkey\n  HostName 127.0.0.1\n  Port ${cluster.sshPort}\n  HostKeyAlias never-seen\n  UserKnownHostsFile /dev/null\n  GlobalKnownHostsFile /dev/null\n  StrictHostKeyChecking ask\n  User srt-bash\n  IdentityFile ${cluster.dir}/etc/id_ed25519`,
    );
    const cases = [
      [
        'str-bash',
        { kind: 'unreachable', nearest: 'srt-bash', message: expect.stringContaining('did you mean srt-bash?') },
      ],
      ['closed', { kind: 'unreachable', detail: expect.stringMatching(/refused/i) }],
      ['newkey', { kind: 'login-refused', message: expect.stringContaining('Its key is unknown here') }],
      ['srt-bash@127.0.0.1', undefined],
    ] as const;
    for (const [host, problem] of cases) {
      const toy = project(host, 'srt-bash', env);
      for (const target of ['slurm-full', 'slurm-recover']) {
        const ended = await toy.json(target, target === 'slurm-full' ? { PROFILE: 't' } : {});
        expect(ended.exit, `${host} ${target}: ${ended.stdout}`).toBe(problem ? 3 : 0);
        if (problem) expect(ended.json.problems).toMatchObject([{ host, ...problem }]);
      }
    }
  });

  // Too many connections get an address banned.
  test('one connection for a command, and for all that follow', async () => {
    const link = await cluster.link();
    const toy = project(link.host, 'srt-bash');
    await lifeOf(toy, 'srt-bash');
    expect(link.proxy.connections()).toBe(1);
    expect((await toy.json('slurm-run', { PROFILE: 't' })).exit).toBe(0);
    for (const target of ['status', 'watch', 'log', 'fetch', 'recover', 'collect', 'clean', 'status'])
      await toy.json(`slurm-${target}`, /watch|log|fetch|collect/.test(target) ? { PROFILE: 't' } : {});
    expect(link.proxy.connections()).toBe(1);
    console.log('10 commands, 1 connection');
    await link.close();
  });

  test("a master that the user's own configuration keeps is used, and left alone", async () => {
    const link = await cluster.link();
    const env = cluster.env();
    configure(
      env,
      `Host ${link.host}\n  ControlMaster auto\n  ControlPath ${env.HOME}/.ssh/%r@%h:%p\n  ControlPersist 60`,
    );
    await execa('ssh', ['-fN', link.host], { env, extendEnv: false, stdio: 'ignore' });
    expect(link.proxy.connections()).toBe(1);
    const toy = project(link.host, 'srt-bash', env);
    await lifeOf(toy, 'srt-bash');
    expect((await toy.json('slurm-status')).exit).toBe(0);
    expect(link.proxy.connections()).toBe(1);
    const control = (command: string) =>
      execa('ssh', ['-O', command, link.host], { env, extendEnv: false, reject: false, stdin: 'ignore' });
    expect((await control('check')).exitCode).toBe(0);
    // Without it: one of our own.
    await control('exit');
    expect((await toy.json('slurm-status')).exit).toBe(0);
    expect((await toy.json('slurm-status')).exit).toBe(0);
    expect(link.proxy.connections()).toBe(2);
    await link.close();
  });
});
