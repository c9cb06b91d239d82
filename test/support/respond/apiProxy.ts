import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request as requestTls, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { ApiServer, SeenRequest } from '../apiServer/apiServer.ts';

/** Where a test can stop at a request: the API server of this process, or a proxy of a real one. */
export type Hooked = Pick<ApiServer, 'onAnswered' | 'onRequest'>;

/** The API server that is behind a proxy, and who asks it. */
export interface Upstream extends Pick<RequestOptions, 'ca'> {
  readonly server: string;
  readonly token: string;
}

/** Passes requests on to a real API server, as `kubectl proxy` does, and lets a test stop at each. Close it. */
export class ApiProxy implements Hooked, AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  onAnswered: ApiServer['onAnswered'] = () => undefined;
  onRequest: ApiServer['onRequest'] = () => undefined;
  readonly #server = createServer((request, response) => {
    this.#handle(request, response).catch(() => response.destroy());
  });
  readonly #upstream: Upstream;

  private constructor(upstream: Upstream) {
    this.#upstream = upstream;
  }

  static async start(upstream: Upstream): Promise<ApiProxy> {
    const proxy = new ApiProxy(upstream);
    proxy.#server.on('upgrade', (request, socket) => proxy.#upgrade(request, socket));
    await new Promise<void>((resolve) => void proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  /** A kubeconfig that leads here; the proxy adds the token. */
  kubeconfig(): string {
    const { port } = this.#server.address() as AddressInfo;
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'test', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'tester', user: {} }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester' } }],
      'current-context': 'test',
    });
  }

  async #handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const { pathname: path, searchParams: query } = new URL(url, 'http://x');
    const seen = { method, path, query, user: null, accept: incoming.headers.accept ?? '' };
    this.requests.push(seen);
    const body = await bytesOf(incoming);
    await this.onRequest(seen, 'before');
    const answer = await this.#ask(incoming, body);
    const code = answer.statusCode ?? 502;
    const bytes = await bytesOf(answer);
    this.onAnswered(seen, code);
    await this.onRequest(seen, 'after');
    response.writeHead(code, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
    response.end(bytes);
  }

  #ask({ method, url, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
    const { server, token, ca } = this.#upstream;
    const { accept, 'content-type': type } = headers;
    const passed = {
      authorization: `Bearer ${token}`,
      'content-length': body.length,
      ...(accept !== undefined && { accept }),
      ...(type !== undefined && { 'content-type': type }),
    };
    return new Promise((resolve, reject) => {
      const options = { method, ca, agent: false as const, headers: passed };
      requestTls(`${server}${url}`, options, resolve).once('error', reject).end(body);
    });
  }

  /** Passes a WebSocket on as it is, with the token. */
  #upgrade({ url = '/', headers }: IncomingMessage, client: Duplex): void {
    const { server, token, ca } = this.#upstream;
    const { pathname: path, searchParams: query } = new URL(url, 'http://x');
    this.requests.push({ method: 'GET', path, query, user: null, accept: '' });
    const { host, hostname, port } = new URL(server);
    const upstream = connect({ host: hostname, port: Number(port || 443), ca }, () => {
      const passed = { ...headers, host, authorization: `Bearer ${token}` };
      const lines = Object.entries(passed).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write(`GET ${url} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) {
      socket.on('error', () => undefined);
      socket.on('close', () => [upstream, client].map((one) => one.destroy()));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => void this.#server.close(resolve));
  }
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
