/** A TCP proxy in front of sshd that is a slow link, a cut cable or a sleeping laptop, as a test or a benchmark asks. */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

/** A port below those that the system gives to whoever asks for any, as each srun does: who stops to listen on it finds it free afterwards. */
const quietPort = (): number => 28_000 + Math.floor(Math.random() * 4000);

/** What `listen` gives on the first port that is free. */
export async function onQuietPort<T>(listen: (port: number) => Promise<T>): Promise<T> {
  for (let tries = 100; ; tries--) {
    try {
      return await listen(quietPort());
    } catch (error) {
      if (tries === 0 || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}

export interface ProxyOptions {
  /** To listen on, at 127.0.0.1; any free one where it is left out. */
  port?: number;
  /** The port of 127.0.0.1 that connections go on to. */
  target: number;
  /** Round trip in milliseconds, half of it in each direction; a connection takes one and a half before it stands, as TCP's handshake does. */
  delayMs?: number;
}

/** Bytes that were passed on: up from client to server, down from server to client. */
export interface Traffic {
  up: number;
  down: number;
}

export interface TcpProxy {
  port: number;
  /** Round trip in milliseconds, for what is sent from now on. */
  setDelay(ms: number): void;
  /** Resets every connection and refuses new ones; resolves once the port refuses. */
  cut(): Promise<void>;
  /** Cuts as soon as this many more bytes were passed in a direction, over all connections; resolves once it is cut. */
  cutAfter(limit: Partial<Traffic>): Promise<void>;
  /** Keeps connections open and accepts new ones, but passes no byte and no end on. */
  freeze(): void;
  /** After `cut` or `freeze`: as if nothing had been; what froze goes on, a pending `cutAfter` is forgotten. */
  restore(): Promise<void>;
  /** How many connections were accepted. */
  connections(): number;
  bytes(): Traffic;
  resetCounters(): void;
  close(): Promise<void>;
}

type Direction = keyof Traffic;

interface Parcel {
  due: number;
  /** Nothing for the sender's end of the stream. */
  data?: Buffer;
}

/** So much may be under way in one direction of one connection before its sender has to wait: far more than any test's link holds. */
const inFlight = 64 * 1024 * 1024;

export async function startProxy({ port: wanted, target, delayMs = 0 }: ProxyOptions): Promise<TcpProxy> {
  let delay = delayMs;
  let frozen = false;
  let accepted = 0;
  let passed: Traffic = { up: 0, down: 0 };
  let limit: Traffic = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
  let limitReached: (() => void) | undefined;
  const sockets = new Set<Socket>();
  const pumps = new Set<() => void>();

  /** Passes on what `from` sends, each parcel half a round trip after it came, in order. */
  function pass(from: Socket, to: Socket, direction: Direction, notBefore: number): void {
    const queue: Parcel[] = [];
    let queued = 0;
    let timer: NodeJS.Timeout | undefined;

    function pump(): void {
      clearTimeout(timer);
      timer = undefined;
      while (!frozen && queue[0] && queue[0].due <= performance.now()) {
        const { data } = queue.shift()!;
        if (data === undefined) to.end();
        else {
          queued -= data.length;
          if (!deliver(data)) return;
        }
      }
      if (frozen) from.pause();
      else if (queued < inFlight && to.writableLength < inFlight) from.resume();
      if (!frozen && queue[0]) timer = setTimeout(pump, Math.max(1, Math.ceil(queue[0].due - performance.now())));
    }

    /** False once the link is cut. */
    function deliver(data: Buffer): boolean {
      const room = limit[direction] - passed[direction];
      const part = data.length < room ? data : data.subarray(0, room);
      passed[direction] += part.length;
      if (!to.destroyed) to.write(part);
      if (passed[direction] < limit[direction]) return true;
      void cut().then(limitReached);
      return false;
    }

    function enqueue(data?: Buffer): void {
      queue.push({ due: Math.max(performance.now() + delay / 2, notBefore), data });
      queued += data?.length ?? 0;
      if (queued >= inFlight) from.pause();
      if (timer === undefined) pump();
    }

    from.on('data', enqueue);
    from.on('end', () => enqueue());
    to.on('drain', pump);
    // Not when `from` closes: what it sent last may still be under way.
    to.on('close', () => pumps.delete(pump));
    pumps.add(pump);
  }

  function accept(client: Socket): void {
    accepted += 1;
    const stands = performance.now() + 1.5 * delay;
    track(client);
    client.pause();
    setTimeout(() => {
      if (client.destroyed) return;
      const upstream = track(connect({ port: target, host: '127.0.0.1', allowHalfOpen: true }));
      pass(client, upstream, 'up', stands);
      pass(upstream, client, 'down', 0);
      if (!frozen) client.resume();
      // A reset on one side is one on the other; an orderly end went through the queue, and closes both by itself.
      client.on('error', () => upstream.resetAndDestroy());
      upstream.on('error', () => client.resetAndDestroy());
    }, 1.5 * delay);
  }

  function track(socket: Socket): Socket {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    return socket;
  }

  let server: Server | undefined;
  async function listen(at: number): Promise<number> {
    const listening = createServer({ allowHalfOpen: true }, accept);
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(at, '127.0.0.1', resolve);
    });
    server = listening;
    const address = listening.address();
    return typeof address === 'object' && address ? address.port : at;
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = undefined;
    for (const socket of sockets) socket.resetAndDestroy();
    if (closing) await new Promise((resolve) => closing.close(resolve));
  }

  function unlimited(): void {
    limit = { up: Number.POSITIVE_INFINITY, down: Number.POSITIVE_INFINITY };
    limitReached = undefined;
  }

  const port = await (wanted === undefined ? onQuietPort(listen) : listen(wanted));
  return {
    port,
    setDelay: (ms) => {
      delay = ms;
    },
    cut,
    cutAfter: ({ up = Number.POSITIVE_INFINITY, down = Number.POSITIVE_INFINITY }) => {
      limit = { up: passed.up + up, down: passed.down + down };
      return new Promise((resolve) => {
        limitReached = resolve;
      });
    },
    freeze: () => {
      frozen = true;
      for (const pump of pumps) pump();
    },
    restore: async () => {
      unlimited();
      frozen = false;
      for (const pump of pumps) pump();
      if (!server) await listen(port);
    },
    connections: () => accepted,
    bytes: () => ({ ...passed }),
    resetCounters: () => {
      limit = { up: limit.up - passed.up, down: limit.down - passed.down };
      passed = { up: 0, down: 0 };
      accepted = 0;
    },
    close: cut,
  };
}

/** From a shell: `tsx test/cluster/proxy.ts --port 27315 --target 27310 --delay 50`, until it is interrupted. */
if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, target: { type: 'string' }, delay: { type: 'string', default: '0' } },
  });
  const proxy = await startProxy({
    ...(values.port === undefined ? {} : { port: Number(values.port) }),
    target: Number(values.target),
    delayMs: Number(values.delay),
  });
  console.log(`127.0.0.1:${proxy.port} -> 127.0.0.1:${values.target}, round trip ${values.delay} ms`);
}
