import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What to answer; `hangUp` takes the request and then breaks the connection: a lost answer. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly hangUp?: boolean;
  /** Never answers. */
  readonly stall?: boolean;
}

/** A server of the test's own process that remembers what it was asked. */
export class TestServer {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  /** Answers the next requests; the default is an empty 200. */
  answer: (request: SeenRequest) => Answer = () => ({ status: 200 });

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url: path = '', headers } = request;
        const seen = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
        this.requests.push(seen);
        const answer = this.answer(seen);
        if (answer.stall === true) return;
        if (answer.hangUp === true) request.socket.destroy();
        else response.writeHead(answer.status, answer.headers ?? {}).end(answer.body ?? '');
      });
    });
  }

  static async start(): Promise<TestServer> {
    const server = new TestServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
