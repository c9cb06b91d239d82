import { mergeReports } from '../cost/report/mergeReports.ts';
import type { CostReport } from '../cost/report/costReport.ts';

/** Answers a request; `env` is the connection’s. */
type Fetch = (request: Request, env?: object) => Response | Promise<Response>;

const COOKIE = 'burnwatch_cluster';

/**
 * Serves the pages and APIs of several clusters on one address: `?cluster=NAME` chooses one, and so do pages for those
 * that follow; the first one is the default. Costs by cluster are of all of them that the token is for.
 */
export class Clusters {
  readonly #names: readonly string[];
  readonly #apps = new Map<string, Fetch>();

  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** From now on a cluster’s requests are answered by this. */
  mount(cluster: string, app: Fetch): void {
    this.#apps.set(cluster, app);
  }

  readonly fetch = async (request: Request, env?: object): Promise<Response> => {
    const url = new URL(request.url);
    const asked = url.searchParams.get('cluster');
    url.searchParams.delete('cluster');
    if (asked !== null && !this.#names.includes(asked))
      return refuse(404, `There is no such cluster; there are ${this.#names.join(', ')}`);
    const passed = asked === null ? request : new Request(url, request);
    if (asked === null && isCostsByCluster(url, request) && this.#names.length > 1)
      return this.#costs(request, env);
    const before = asked ?? this.#chosenBefore(request);
    let chosen = before ?? this.#names[0]!;
    let answer = await this.#ask(chosen, passed, env);
    // A token may be for another cluster than the first.
    for (const name of before === null && request.method === 'GET' ? this.#names.slice(1) : []) {
      if (answer.status !== 403) break;
      const other = await this.#ask(name, passed, env);
      if (other.status === 403) continue;
      chosen = name;
      answer = other;
    }
    const isNew = isPage(request) && chosen !== (this.#chosenBefore(request) ?? this.#names[0]);
    const nextPage = asked === null ? null : answer.headers.get('link');
    if (!isNew && nextPage === null) return answer;
    const headers = new Headers(answer.headers);
    const name = encodeURIComponent(chosen);
    // The app knows of no other cluster.
    if (nextPage !== null) headers.set('link', nextPage.replace('>', `&cluster=${name}>`));
    if (isNew) headers.append('set-cookie', `${COOKIE}=${name}; Path=/; SameSite=Lax; HttpOnly`);
    return new Response(answer.body, { status: answer.status, headers });
  };

  #ask(cluster: string, request: Request, env?: object): Response | Promise<Response> {
    const app = this.#apps.get(cluster);
    return app === undefined
      ? refuse(503, `The history of cluster ${cluster} is not open yet`)
      : app(request, env);
  }

  async #costs(request: Request, env?: object): Promise<Response> {
    // The tag of one cluster's costs says nothing about those of the others.
    const headersSent = new Headers(request.headers);
    headersSent.delete('if-none-match');
    const answers = await Promise.all(
      this.#names.map(async (name) =>
        this.#ask(name, new Request(request, { headers: headersSent }), env),
      ),
    );
    const mine = answers.filter(({ status }) => status !== 403);
    const failed = mine.find(({ ok }) => !ok) ?? (mine.length === 0 ? answers[0] : undefined);
    if (failed !== undefined) return failed;
    const texts = await Promise.all(mine.map((answer) => answer.text()));
    const headers = new Headers(mine[0]!.headers);
    headers.delete('etag');
    if (!(headers.get('content-type') ?? '').includes('json')) {
      const [first = '', ...others] = texts;
      const rest = others.map((text) => text.slice(text.indexOf('\n') + 1));
      return new Response([first, ...rest].join(''), { headers });
    }
    const report = mergeReports(texts.map((text) => JSON.parse(text) as CostReport));
    return new Response(JSON.stringify(report), { headers });
  }

  #chosenBefore(request: Request): string | null {
    const [, value = ''] =
      new RegExp(`(?:^|; )${COOKIE}=([^;]*)`).exec(request.headers.get('cookie') ?? '') ?? [];
    return this.#names.find((name) => encodeURIComponent(name) === value) ?? null;
  }
}

function isCostsByCluster({ pathname, searchParams }: URL, { method }: Request): boolean {
  const by = (searchParams.get('by') ?? '').split(',').map((each) => each.trim());
  return method === 'GET' && pathname === '/api/v1/costs' && by.includes('cluster');
}

function isPage({ method, headers }: Request): boolean {
  return method === 'GET' && (headers.get('accept') ?? '').includes('text/html');
}

function refuse(status: number, detail: string): Response {
  return Response.json(
    { status, detail },
    { status, headers: { 'content-type': 'application/problem+json' } },
  );
}
