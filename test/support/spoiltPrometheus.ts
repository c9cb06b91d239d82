import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The clock of the store that answers are spoilt of, in Unix seconds; only text. */
const T = 1_795_000_200;

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

interface Body {
  status: string;
  data: { resultType: string; result: Item[] };
  [key: string]: unknown;
}

interface Item {
  metric: Record<string, string> | null;
  values?: [number, unknown][];
}

const asJson = (body: unknown, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
const page = '<html><title>Sign in</title></html>';
const change =
  (edit: (body: Body) => void) =>
  (text: string): Answer => {
    const body = JSON.parse(text) as Body;
    edit(body);
    return asJson(body);
  };
const eachValue = (edit: (sample: [number, unknown], index: number) => void) =>
  change(({ data }) => data.result.forEach(({ values }) => values?.forEach(edit)));
const failed = (status: number, errorType: string, error: string) => (): Answer =>
  asJson({ status: 'error', errorType, error }, status);

/** The kind that only a timeout ends. */
export const ENDLESS = 'a body that never ends';

/** Kinds of partial answers, and of those that only look so. */
export const KINDS: Readonly<Record<string, (text: string) => Answer>> = {
  'JSON that is cut off': (text) => ({ ...asJson(null), body: text.slice(0, text.length / 2) }),
  'JSON with something after it': (text) => ({ ...asJson(null), body: `${text}{}` }),
  'warnings of Prometheus': change((body) => {
    body['warnings'] = ['error reading from remote storage'];
    body.data.result.splice(body.data.result.length / 2);
  }),
  'isPartial of VictoriaMetrics': change((body) => {
    body['isPartial'] = true;
    body.data.result.splice(body.data.result.length / 2);
  }),
  'a store of Thanos that is away': change((body) => {
    body['warnings'] = ['No StoreAPIs matched for this query'];
    body.data.result = [];
  }),
  'an empty answer': change(({ data }) => void (data.result = [])),
  'half of the series, and not a word': change(
    ({ data }) => void data.result.splice(data.result.length / 3),
  ),
  'no data': () => asJson({ status: 'success', data: null }),
  'null as the result': () =>
    asJson({ status: 'success', data: { resultType: 'matrix', result: null } }),
  'another type of result': change(({ data }) => void (data.resultType = 'streams')),
  'a scalar': () => asJson({ status: 'success', data: { resultType: 'scalar', result: [T, '0'] } }),
  'a page of HTML': () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: page }),
  'a redirect to a login': () => ({ status: 302, headers: { location: '/login' }, body: page }),
  'a part of the content': (text) => ({ ...asJson(null, 206), body: text.slice(0, 200) }),
  'no content': () => ({ status: 204, headers: {}, body: '' }),
  'an empty body': () => ({ ...asJson(null), body: '' }),
  'gzip that is none': () => ({
    ...asJson(null),
    headers: { 'content-encoding': 'gzip' },
    body: Buffer.from('no gzip'),
  }),
  'a connection that breaks': (text) => ({
    ...asJson(null),
    headers: { 'content-length': String(text.length + 100) },
    body: text.slice(0, 100),
  }),
  [ENDLESS]: () => ({ ...asJson(null), body: null }),
  'an error with 200': failed(200, 'execution', 'query processing failed'),
  'a refusal': failed(403, 'forbidden', 'RBAC: access denied'),
  'a query that is not understood': failed(422, 'execution', 'found duplicate series'),
  'too many samples': failed(422, 'execution', 'query processing would load too many samples'),
  'a limit of requests': failed(429, 'unavailable', 'rate limit'),
  'a server that is away': failed(503, 'unavailable', 'no healthy upstream'),
  NaN: eachValue((sample) => void (sample[1] = 'NaN')),
  infinity: eachValue((sample) => void (sample[1] = '+Inf')),
  'text for values': eachValue((sample) => void (sample[1] = 'many')),
  'every series twice': change(({ data }) => void data.result.push(...data.result)),
  'series in another order': change(({ data }) => void (data.result = data.result.toReversed())),
  'samples in another order': change(({ data }) =>
    data.result.forEach((item) => {
      if (item.values !== undefined) item.values = item.values.toReversed();
    }),
  ),
  'a clock that is an hour ahead': eachValue((sample) => void (sample[0] += 3600)),
  'a clock that is an hour behind': eachValue((sample) => void (sample[0] -= 3600)),
  'another step': eachValue((sample, index) => void (sample[0] += index * 7)),
  'series without labels': change(({ data }) =>
    data.result.forEach((item) => void (item.metric = null)),
  ),
};

/** Which metric's answers are spoilt, and how. */
export interface Spoil {
  readonly metric: string;
  readonly kind: (text: string) => Answer;
}

/** A server before a Prometheus that spoils its answers about one metric. */
export interface SpoiltPrometheus extends AsyncDisposable {
  readonly url: string;
  /** Null: every answer is passed on as it is. */
  spoil: Spoil | null;
}

export async function startSpoiltPrometheus(prometheus: string): Promise<SpoiltPrometheus> {
  const state: { spoil: Spoil | null } = { spoil: null };
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const answer = await fetch(`${prometheus}${request.url ?? ''}`, {
        method: request.method ?? 'GET',
        headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
        ...(body.length > 0 && { body }),
      });
      const text = await answer.text();
      const query = new URLSearchParams(body.toString()).get('query') ?? '';
      const { spoil } = state;
      const sent: Answer =
        spoil !== null && query.includes(`${spoil.metric}{`)
          ? spoil.kind(text)
          : { ...asJson(null, answer.status), body: text };
      response.writeHead(sent.status, sent.headers);
      if (sent.body === null) response.write('{"status":');
      else if (sent.headers['content-length'] === undefined) response.end(sent.body);
      else response.write(sent.body, () => response.destroy());
    })().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    get spoil() {
      return state.spoil;
    },
    set spoil(spoil) {
      state.spoil = spoil;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
