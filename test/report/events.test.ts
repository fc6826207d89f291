/** What lists, logs and events read like, and that colours are all that they add. */

import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { collectedText } from '../../src/report/collected.ts';
import { eventText, interruptedText, questionText } from '../../src/report/events.ts';
import { historyText, profilesText } from '../../src/report/lists.ts';
import { logText } from '../../src/report/log.ts';
import { profileText } from '../../src/report/profile.ts';
import { renderedOptionsText, renderedText } from '../../src/report/render.ts';
import { statusText } from '../../src/report/status.ts';
import { plain, type Style } from '../../src/report/style.ts';
import { submittedText } from '../../src/report/submitted.ts';
import type { HistoryEntry } from '../../src/run/history.ts';
import type { TalkEvent } from '../../src/run/talk.ts';
import { problems } from './examples.ts';
import { collected, failed, profile, queueRow, runDir } from './nouns.ts';

const lines = (...all: string[]) => all.join('\n');

describe('lists', () => {
  it('of profiles have a line each, broken ones too', () => {
    const broken = [...problems['unknown-key'], ...problems['repeated-key']];
    const list = [
      { name: 'backtest_v5', profile: profile(), problems: [] },
      { name: 'bad', problems: broken },
    ];
    expect(profilesText(list, plain)).toBe(
      lines(
        '[Profiles]',
        '  backtest_v5  simulation/backtests/backtest_v5.py  20 CPU, 40G RAM, 02:00:00  all',
        '  bad          ! slurm/profiles/x.conf:4: unknown key SBATCH_CPU; did you mean SBATCH_CPUS? (and 3 more)',
      ),
    );
    expect(profilesText([], plain)).toContain('slurm/profiles/NAME.conf');
  });

  it('of past runs say how each ended, how long it took and what it used', () => {
    const entries: HistoryEntry[] = [
      {
        ...{ id: 'x', run: 'x-20260223-110000', jobId: '1', cluster: 'cluster', state: 'COMPLETED', exitCode: 0 },
        ...{ elapsedSeconds: 5025, cpus: 20, totalCpu: '10:00:00', maxRss: '41943040K', ended: '2026-02-24T14:30:52' },
        recorded: '2026-02-24T15:00:00.000Z',
      },
      {
        ...{ id: 'y@s', run: 'y@s-20260223-110000', jobId: '22', cluster: 'cluster', state: 'FAILED', exitCode: 3 },
        ...{ restarts: 1, recorded: '2026-02-25T15:00:00.000Z' },
      },
    ];
    expect(historyText(entries, plain)).toBe(
      lines(
        '[History]',
        '  PROFILE  JOBID  ENDED             STATE                              ELAPSED   USED                                RUN',
        '  x        1      2026-02-24 14:30  COMPLETED                          01:23:45  20 CPU, 10:00:00 CPU time, 40G RAM  x-20260223-110000',
        '  y@s      22     2026-02-25 15:00  FAILED (exit code 3), restarts: 1  -         -                                   y@s-20260223-110000',
      ),
    );
    expect(historyText([], plain)).toContain('No runs yet');
  });
});

describe('logs and scripts', () => {
  it('have a line that says which log it is', () => {
    const logs = [
      { name: '12345.out', size: 12345, tail: 'a\nb\n' },
      { name: '12345.err', size: 0, tail: '' },
    ];
    expect(logText({ jobId: '12345', logs, local: false }, plain)).toBe(
      lines('==> slurm/logs/12345.out (12.3 kB) <==', 'a', 'b', '', '==> slurm/logs/12345.err (empty) <=='),
    );
    expect(logText({ jobId: '12345', logs: [], local: false }, plain)).toBe('Job 12345 has written no log yet.');
  });

  it('come out of render as they are', () => {
    expect(renderedText({ script: '#!/bin/bash\n\techo \x1b\n' })).toBe('#!/bin/bash\n\techo \x1b');
    expect(renderedOptionsText({ options: ['--job-name=x', '--comment=a b'] }, plain)).toBe(
      lines('sbatch --parsable \\', '  --job-name=x \\', "  '--comment=a b'"),
    );
  });
});

describe('what happens', () => {
  const events: [TalkEvent, string | undefined][] = [
    [{ type: 'queue', row: queueRow() }, 'Job 12345 is RUNNING: on giganode-51.'],
    [
      { type: 'queue', row: queueRow({ id: '12345_7', state: 'PENDING', nodeList: '', reason: 'Priority' }) },
      'Job 12345_7 is PENDING (Priority): jobs with a higher priority are ahead of it.',
    ],
    [{ type: 'started', jobId: '1', restarts: 0 }, 'Job 1 has started.'],
    [{ type: 'started', jobId: '1', restarts: 2 }, 'Job 1 has started again (restart 2).'],
    [
      { type: 'scheduler-silent', detail: 'slurm_load_jobs error' },
      'The scheduler does not answer (slurm_load_jobs error); the log is still followed.',
    ],
    [
      { type: 'reconnecting', seconds: 4, detail: 'Broken pipe\nmore' },
      'The connection is lost (Broken pipe); trying again in 4 s. The job is not affected.',
    ],
    [{ type: 'reconnected' }, 'Connected again.'],
    [{ type: 'undecided', jobId: '1' }, 'Neither queue nor accounting knows of job 1 at present; asking again.'],
    [{ type: 'log', name: 'out', data: Buffer.from('x') }, undefined],
    [{ type: 'progress', what: 'code', progress: { files: 1 } }, undefined],
  ];
  it.each(events)('%o', (event, line) => expect(eventText(event, plain)).toBe(line));

  it('of a held job says how to let it go, of an array all of it', () => {
    const row = queueRow({ id: '12345_7', state: 'PENDING', nodeList: '', reason: 'JobHeldUser' });
    expect(eventText({ type: 'queue', row }, plain, { profile: 'x', cluster: 'lab' })).toBe(
      'Job 12345_7 is PENDING (JobHeldUser): its owner holds it; make slurm-release CLUSTER=lab JOB_ID=12345 lets it go.',
    );
  });

  it('before a submission is the profile', () => {
    const event: TalkEvent = { type: 'profile', profile: profile(), codeFiles: 10 };
    expect(eventText(event, plain)).toBe(profileText({ profile: profile(), codeFiles: 10 }, plain));
  });

  it('is asked about where a job would be lost sight of', () => {
    expect(questionText({ type: 'replace', id: 'backtest_v5', jobId: '12345' }, plain)).toEqual({
      statement: lines(
        '⚠️ backtest_v5.jobid exists (Job 12345). It may still be running.',
        'Going on replaces what is tracked of it here; the job itself and its run directory stay.',
      ),
      question: 'Go on? [y/N]',
    });
  });

  it('after Ctrl-C goes on by itself', () => {
    expect(interruptedText('x', 'a', { cluster: 'lab' })).toContain('make slurm-recover PROFILE=x TAG=a CLUSTER=lab');
  });
});

describe('colours', () => {
  const reports: ((style: Style) => string)[] = [
    (style) => profileText({ profile: profile(), codeFiles: 1 }, style),
    (style) => submittedText({ profile: profile(), jobId: '1', runDir, existing: false, attempt: 1 }, style),
    (style) => statusText({ queue: [queueRow()], tracked: [], trouble: 'down' }, style),
    (style) => statusText({ queue: [queueRow()], tracked: [] }, style),
    (style) => collectedText({ ...collected, verdict: failed(), removed: false }, style),
    (style) =>
      historyText([{ ...{ id: 'x', run: 'x', jobId: '1', cluster: 'c' }, state: 'FAILED', recorded: '' }], style),
    (style) => profilesText([{ name: 'x', problems: problems['unknown-key'] }], style),
    (style) => logText({ jobId: '1', local: true, logs: [{ name: '1.out', size: 1, tail: 'a' }] }, style),
    (style) => questionText({ type: 'replace', id: 'x', jobId: '1' }, style).statement,
    (style) => eventText({ type: 'reconnected' }, style) ?? '',
  ];

  it.each(reports.map((report, at) => [at, report] as const))(
    'are all that report %i has more with them',
    (_, report) => {
      expect(report(createColors(true)).replace(/\x1b\[\d+m/g, '')).toBe(report(plain));
      expect(report(createColors(true))).toContain('\x1b[');
      expect(report(plain)).not.toContain('\x1b');
    },
  );
});
