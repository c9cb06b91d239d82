import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A question as it was asked. */
export interface AskedQuery {
  /** `query` or `query_range`. */
  readonly path: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What a store was asked for, and what it sent. */
export interface StoreTally {
  queries: number;
  /** Samples that the store loaded, as it says itself (`stats`); 0 where it does not. */
  samples: number;
  /** Of answers, as they are on the wire. */
  bytes: number;
  refused: number;
}

/** Stands between Burnwatch and a store, and counts. */
export interface StoreProxy {
  readonly url: string;
  /** What was asked since the last call. */
  take(): { readonly tally: StoreTally; readonly asked: readonly AskedQuery[] };
  close(): Promise<void>;
}

/** Starts a proxy for one store, on loopback. Answers pass through it unchanged but for the store's statistics in them. */
export async function startStoreProxy(storeUrl: string): Promise<StoreProxy> {
  let tally = emptyTally();
  let asked: AskedQuery[] = [];
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', storeUrl);
    const body = await bodyOf(incoming);
    const parameters = new URLSearchParams(
      incoming.method === 'POST' ? body.toString() : url.search,
    );
    const path = url.pathname.split('/').at(-1) ?? '';
    asked.push({ path, parameters: Object.fromEntries(parameters) });
    parameters.set('stats', 'all');
    const answer = await post(`${url.origin}${url.pathname}`, parameters.toString(), {
      'accept-encoding': incoming.headers['accept-encoding'] ?? 'identity',
    });
    tally.queries += 1;
    tally.bytes += answer.bytes;
    if (answer.status !== 200) tally.refused += 1;
    tally.samples += answer.samples;
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  };
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch((error: unknown) => outgoing.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take: () => {
      const taken = { tally, asked };
      tally = emptyTally();
      asked = [];
      return taken;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function emptyTally(): StoreTally {
  return { queries: 0, samples: 0, bytes: 0, refused: 0 };
}

export interface StoreAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  readonly bytes: number;
  readonly samples: number;
}

/** Posts a form, and reads how many samples the store loaded from the end of a plain answer. */
export async function post(
  url: string,
  form: string,
  headers: Readonly<Record<string, string>>,
): Promise<StoreAnswer> {
  const sent = request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  sent.end(form);
  const [incoming] = (await once(sent, 'response')) as [IncomingMessage];
  const body = await bodyOf(incoming);
  const { 'transfer-encoding': _, connection: __, ...kept } = incoming.headers;
  const tail = body.subarray(-400).toString('latin1');
  const samples = Number(/"totalQueryableSamples":(\d+)/.exec(tail)?.[1] ?? 0);
  const status = incoming.statusCode ?? 0;
  return { status, headers: kept, body, bytes: body.length, samples };
}

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
