import { Hono, type Context } from 'hono';
import type { ServeDeps } from '../deps.ts';
import { requireEveryNamespace, requireScope, type ServerEnv } from '../security/access.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { QuestionRefused } from '../questions/answerContext.ts';
import type { Utf8 } from '../questions/answerCosts.ts';
import { parseAssetQuery, parseQuery } from './parseQuery.ts';

/** OpenCost's UI and Kubecost's clients put this before every path. */
const PREFIXES = ['', '/model'];

/** OpenCost's paths (opencost pkg/cmd/costmodel, pkg/costmodel/router.go) and what each of them asks for. */
const CALLS = {
  '/allocation': 'allocation',
  '/allocation/compute': 'allocation',
  '/allocation/summary': 'summary',
  '/allocation/compute/summary': 'summary',
  '/assets': 'assets',
} as const;

/**
 * OpenCost's calls in OpenCost's own response form: `{ code, status, data }`. To be mounted at the root, behind
 * the authentication.
 */
export function opencostRoutes(deps: ServeDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  for (const prefix of PREFIXES) {
    for (const [path, call] of Object.entries(CALLS)) {
      routes.get(prefix + path, requireScope('read'), (context) =>
        answer(context, () => ask(call, context, deps)),
      );
    }
    routes.get(
      `${prefix}/allNodePricing`,
      requireScope('read'),
      requireEveryNamespace(),
      (context) =>
        answer(context, () =>
          deps.questions.allocations({ call: 'nodePricing', namespaces: null }),
        ),
    );
    routes.get(`${prefix}/clusterInfo`, requireScope('read'), (context) => {
      const { cluster } = deps.config();
      return context.json({ code: 200, status: 'success', data: { id: cluster, name: cluster } });
    });
    routes.get(`${prefix}/healthz`, requireScope('read'), (context) => context.body(null, 200));
  }
  return routes;
}

function ask(
  call: (typeof CALLS)[keyof typeof CALLS],
  context: Context<ServerEnv>,
  { questions, now }: ServeDeps,
): Promise<Utf8> {
  const params = new URL(context.req.url).searchParams;
  const namespaces = visibleNamespaces(context.var.principal);
  return call === 'assets'
    ? questions.allocations({ call, query: parseAssetQuery(params, now()), namespaces })
    : questions.allocations({ call, query: parseQuery(params, now()), namespaces });
}

async function answer(context: Context<ServerEnv>, body: () => Promise<Utf8>): Promise<Response> {
  try {
    return context.body(await body(), 200, { 'content-type': 'application/json' });
  } catch (error) {
    if (!(error instanceof QuestionRefused)) throw error;
    const message = `Error: ${error.message}`;
    return context.json({ code: 400, status: 'error', data: null, message }, 400);
  }
}
