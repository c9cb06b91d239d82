import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { Hono } from 'hono';
import { afterEach, describe, expect, it } from 'vitest';
import { readBody } from '../../src/serve/ingest/readBody.ts';
import { listen, type Listener } from '../../src/serve/listen.ts';
import { HttpProblem } from '../../src/serve/problem.ts';

/** Sec, on real sockets: clients that never finish what they send. */
let listener: Listener | null = null;
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listener?.close();
  listener = null;
});

async function open(timeouts: { headersTimeout: number; requestTimeout: number }): Promise<Socket> {
  const app = new Hono().all('*', async (context) => context.text(await context.req.text()));
  app.onError((_, context) => context.text('', 500));
  const address = { host: '127.0.0.1', port: 0 };
  listener = await listen(app.fetch, address, 'serve.listen', { timeouts });
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  sockets.push(socket);
  await once(socket, 'connect');
  return socket;
}

describe('Sec: a slow client', () => {
  it.each([
    ['sends its headers byte by byte', 'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: '],
    ['never ends its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'],
  ])('that %s is cut off', async (_, beginning) => {
    const socket = await open({ headersTimeout: 300, requestTimeout: 600 });
    // A cut can reach the client as a reset; `once` would reject on that, and it is a cut all the same.
    const closed = new Promise((resolve) => void socket.once('close', () => resolve('closed')));
    socket.resume();
    socket.on('error', () => undefined);
    socket.write(beginning);
    const trickle = setInterval(() => socket.write('a'), 50);
    // Node's own limits, a minute and more, are not what cuts it off.
    const patience = new AbortController();
    const tooLate = pause(30_000, 'too late', { signal: patience.signal }).catch(() => undefined);
    expect(await Promise.race([closed, tooLate])).toBe('closed');
    clearInterval(trickle);
    patience.abort();
  });
});

it('a body of events that does not arrive in time is refused with 408', async () => {
  const app = new Hono().post('*', (context) =>
    readBody(context.req.raw, { maxBytes: 1000, timeoutMs: 100 }).then((text) =>
      context.text(text),
    ),
  );
  app.onError((error, context) =>
    context.text(error.message, error instanceof HttpProblem ? (error.status as 408) : 500),
  );
  listener = await listen(app.fetch, { host: '127.0.0.1', port: 0 }, 'serve.listen', {});
  const socket = connect(Number(new URL(listener.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toMatch(/^HTTP\/1\.1 408 [^]*did not arrive within 0\.1 s$/);
});
