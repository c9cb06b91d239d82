import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to a server that a test can close: what asks through it gets no answer from then on. */
export interface HoldingProxy extends AsyncDisposable {
  readonly url: string;
  /** Passes so many requests on, and holds whatever comes afterwards. */
  holdAfter(requests: number): void;
}

/** Passes requests on to `target` (`http://HOST:PORT`) until it is told to hold them. */
export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  let left = Number.POSITIVE_INFINITY;
  const server = createServer((incoming, response) => {
    left -= 1;
    if (left >= 0) passOn(target, incoming, response);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    holdAfter(requests) {
      left = requests;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

function passOn(target: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url } = incoming;
  const outgoing = request(`${target}${url}`, { method, headers, agent: false }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  // Whoever asked, or the server, has gone.
  outgoing.on('error', () => response.destroy());
  response.on('error', () => outgoing.destroy());
  incoming.pipe(outgoing);
}
