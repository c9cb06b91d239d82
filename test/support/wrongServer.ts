import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

type Answer = (response: ServerResponse, good: string, url: string) => void;

/** A wrong answer. `isRight`: its content is right all the same, and may be taken. */
export interface WrongWay {
  readonly name: string;
  readonly answer: Answer;
  readonly isRight?: true;
}

const JSON_TYPE = { 'content-type': 'application/json' };
const HTML =
  '<!doctype html><title>Sign in</title><form action=/login><input name=password></form>';

const json = (body: string | Buffer, headers: object = {}): Answer => {
  return (response) => void response.writeHead(200, { ...JSON_TYPE, ...headers }).end(body);
};
const status = (code: number, headers: object = {}, body = HTML): Answer => {
  return (response) =>
    void response.writeHead(code, { 'content-type': 'text/html', ...headers }).end(body);
};
const raw = (text: string): Answer => {
  return (response) => void response.socket?.end(text);
};

/** Half a gigabyte of zeros in two megabytes. */
const BOMB = gzipSync(Buffer.alloc(2 ** 29), { level: 1 });

/** Sends a piece every few milliseconds, for ever. */
function drip(response: ServerResponse, piece: string | Buffer, everyMs: number): void {
  const timer = setInterval(() => response.write(piece), everyMs);
  response.once('close', () => clearInterval(timer));
}

/** What may go wrong with any answer in JSON over HTTP. */
export const WRONG_WAYS: readonly WrongWay[] = [
  { name: 'an empty body', answer: json('') },
  { name: 'a login page with 200', answer: status(200) },
  { name: 'JSON that is cut off', answer: (r, good) => json(good.slice(0, -9))(r, good, '') },
  {
    name: 'a body shorter than announced',
    answer: (response, good) => {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': good.length });
      response.write(good.slice(0, good.length / 2), () => response.socket?.destroy());
    },
  },
  { name: 'null', answer: json('null') },
  { name: 'a list', answer: json('[]') },
  { name: 'a text', answer: json('"ok"') },
  { name: 'a number', answer: json('42') },
  { name: 'a huge number', answer: json('1e999') },
  { name: 'an object without anything', answer: json('{}') },
  { name: 'an object of nulls', answer: json('{"status":null,"data":null,"ok":null,"items":7}') },
  { name: 'fields of wrong types', answer: json('{"status":1,"data":2,"ok":"","items":"x"}') },
  { name: 'a hundred thousand brackets', answer: json('['.repeat(100_000)) },
  { name: 'NUL bytes', answer: json(Buffer.alloc(4_096)) },
  { name: 'UTF-16', answer: (r, good) => json(Buffer.from(good, 'utf16le'))(r, good, '') },
  { name: 'bytes that are no UTF-8', answer: json(Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0])) },
  { name: 'two answers in one', answer: (r, good) => json(good + good)(r, good, '') },
  { name: 'no content', answer: (response) => void response.writeHead(204).end() },
  { name: 'a page of 500', answer: status(500) },
  { name: 'a page of 502', answer: status(502) },
  { name: '503 that asks to wait for a year', answer: status(503, { 'retry-after': '31536000' }) },
  { name: '429 that asks to wait for nonsense', answer: status(429, { 'retry-after': 'soon' }) },
  { name: '401', answer: status(401) },
  { name: '403', answer: status(403) },
  { name: '404', answer: status(404) },
  { name: '418', answer: status(418) },
  {
    name: 'a redirect to itself',
    answer: (r, _, url) => status(302, { location: url })(r, '', ''),
  },
  {
    name: 'a redirect elsewhere',
    answer: status(307, { location: 'http://127.0.0.1:9/elsewhere' }),
  },
  {
    name: 'a reset before the answer',
    answer: (response) => void response.socket?.resetAndDestroy(),
  },
  {
    name: 'a reset in the middle',
    answer: (response, good) => {
      response.writeHead(200, JSON_TYPE);
      response.write(good.slice(0, 20), () => response.socket?.resetAndDestroy());
    },
  },
  { name: 'nothing at all', answer: () => undefined },
  {
    name: 'headers that drip',
    answer: ({ socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\nx-drip: ');
      const timer = setInterval(() => socket?.write('a'), 5);
      socket?.once('close', () => clearInterval(timer));
    },
  },
  {
    name: 'a body that drips',
    answer: (response) => {
      response.writeHead(200, JSON_TYPE);
      drip(response, ' ', 5);
    },
  },
  { name: 'no HTTP', answer: raw('SSH-2.0-OpenSSH_9.2\r\n') },
  { name: 'headers of a megabyte', answer: raw(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(2 ** 20)}`) },
  { name: 'half a gigabyte, compressed', answer: json(BOMB, { 'content-encoding': 'gzip' }) },
  {
    name: 'what is said to be compressed',
    answer: json('{"a":1}', { 'content-encoding': 'gzip' }),
  },
  {
    name: 'a right answer of a wrong type',
    isRight: true,
    answer: (r, good) => status(200, {}, good)(r, '', ''),
  },
];

/** A server that answers every request in the wrong way that is set. */
export interface WrongServer extends AsyncDisposable {
  readonly url: string;
  use(answer: Answer, good: string): void;
}

export async function startWrongServer(): Promise<WrongServer> {
  let answer: Answer = () => undefined;
  let good = '';
  const sockets = new Set<Socket>();
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    request.once('end', () => answer(response, good, request.url ?? '/'));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    use: (next, body) => {
      answer = next;
      good = body;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
