/** What tests look for in the documents of JSON=1. */

import type { ProblemBase } from '../../src/failure.ts';
import type { HereBuilt } from '../../src/image/build.ts';
import type { ImageList } from '../../src/image/list.ts';
import type { ImagePushed } from '../../src/image/push.ts';
import type { RefreshResult } from '../../src/image/refresh.ts';
import type { GpusResult } from '../../src/interactive/gpus.ts';
import type { InfoResult } from '../../src/interactive/info.ts';
import type { ShellResult } from '../../src/interactive/put-away.ts';
import type { CancelResult } from '../../src/run/cancel.ts';
import type { CheckResult } from '../../src/run/check.ts';
import type { CleanResult } from '../../src/run/clean.ts';
import type { CollectResult, collectEnded } from '../../src/run/collect.ts';
import type { HistoryEntry } from '../../src/run/history.ts';
import type { FullResult } from '../../src/run/lifecycle.ts';
import type { LogResult } from '../../src/run/log.ts';
import type { PushResult } from '../../src/run/push.ts';
import type { RecoverResult } from '../../src/run/recover.ts';
import type { RenderResult } from '../../src/run/render.ts';
import type { StatusResult } from '../../src/run/status.ts';
import type { SubmitResult } from '../../src/run/submit.ts';

/** A list that a test looks into: that it is empty fails the test by itself. */
type Listed<T> = { [K in keyof T]: T[K] extends readonly (infer Item)[] ? [Item, ...Item[]] : T[K] };

/** Of whichever target: a field is there if that target gives it. */
export type Document = Listed<
  { target: string; exit: number; problems: (ProblemBase & { message: string })[] } & Required<FullResult> &
    Omit<CollectResult, 'removed'> &
    Awaited<ReturnType<typeof collectEnded>> &
    Omit<CleanResult, 'failed'> &
    LogResult &
    RecoverResult &
    StatusResult &
    SubmitResult &
    PushResult &
    Pick<ShellResult, 'code' | 'natural' | 'interrupted'> &
    Pick<InfoResult, 'partitions' | 'nodes'> &
    Pick<GpusResult, 'gpus'> &
    CheckResult &
    CancelResult &
    RenderResult &
    Required<RefreshResult> &
    Required<Omit<HereBuilt, 'image'>> &
    Required<Omit<ImagePushed, 'image' | 'sent'>> &
    ImageList & { entries: HistoryEntry[] }
>;
