import type { Context, Hono } from 'hono';
import type { Assets } from '../assets/assets.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import type { AdviceAsk } from '../questions/answerAdvice.ts';
import type { FindingsAsk } from '../questions/answerFindings.ts';
import { requireScope, type DoorEnv } from '../security/access.ts';
import { maySee, visibleNamespaces } from '../security/principal.ts';
import { advicePage } from './advice/advicePage.ts';
import { pageContext } from './context.ts';
import { namespacePage } from './costs/namespacePage.ts';
import { readWorkloadCharts, readWorkloadView } from './costs/readWorkload.ts';
import { workloadPage } from './costs/workloadPage.ts';
import { spanOf } from './form.ts';
import { overviewPage } from './overview/overviewPage.ts';
import { namespacePosturePage, posturePage } from './posture/posturePage.ts';

const ADVICES = 50;
const URGENT = 6;

/** Overview, namespaces, workloads, recommendations, posture: what is looked at and never changed. */
export function mountBrowsing(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  const read = requireScope('read');
  const { questions } = deps;
  const page = (context: Context<DoorEnv>) => pageContext(context, deps, assets);

  app.get('/', read, async (context) => {
    const namespaces = visibleNamespaces(context.var.principal);
    const [money, urgent] = await Promise.all([
      questions.overview({ namespaces }),
      questions.findings(findingsOf({ namespaces, namespace: null }, URGENT)),
    ]);
    return context.html(overviewPage({ ...money, urgent }, page(context)));
  });
  app.get('/namespaces/:namespace', read, async (context) => {
    const namespace = await requireNamespace(context, deps);
    const whose = { namespaces: visibleNamespaces(context.var.principal) };
    const view = {
      namespace,
      costs: await questions.costs({ ...whose, namespace, workload: null }),
      findings: await questions.findings(findingsOf({ ...whose, namespace }, 10)),
      advice: await questions.advice(adviceOf({ ...whose, namespace }, 10)),
      posture: (await questions.posture({ ...whose, namespace })).namespaces[0] ?? null,
    };
    return context.html(namespacePage(view, page(context)));
  });
  app.get('/namespaces/:namespace/:kind/:name', read, async (context) => {
    const namespace = await requireNamespace(context, deps);
    const workload = { kind: context.req.param('kind'), name: context.req.param('name') };
    const asked = { namespace, workload, span: spanOf(context) };
    const { principal } = context.var;
    const view = await readWorkloadView(asked, principal, page(context).clock, deps);
    return context.html(workloadPage(view, page(context)));
  });
  app.get('/namespaces/:namespace/:kind/:name/charts', read, async (context) => {
    const namespace = await requireNamespace(context, deps);
    const workload = { kind: context.req.param('kind'), name: context.req.param('name') };
    const asked = { namespace, workload, span: spanOf(context) };
    return context.html((await readWorkloadCharts(asked, page(context).clock, deps)).charts);
  });
  app.get('/recommendations', read, async (context) => {
    const whose = { namespaces: visibleNamespaces(context.var.principal) };
    const { namespace, all, offset } = context.req.query();
    const ask = {
      ...adviceOf({ ...whose, namespace: namespace ?? null }, ADVICES),
      all: all !== undefined,
      offset: /^\d{1,7}$/.test(offset ?? '') ? Number(offset) : 0,
    };
    return context.html(advicePage(await questions.advice(ask), ask, page(context)));
  });
  app.get('/posture', read, async (context) => {
    const namespaces = visibleNamespaces(context.var.principal);
    const view = await questions.posture({ namespaces, namespace: null });
    return context.html(posturePage(view, page(context)));
  });
  app.get('/posture/:namespace', read, async (context) => {
    const namespace = await requireNamespace(context, deps);
    const namespaces = visibleNamespaces(context.var.principal);
    const view = await questions.posture({ namespaces, namespace });
    const [found = null] = view.namespaces;
    return context.html(namespacePosturePage(found, namespace, page(context)));
  });
}

/** The namespace of an address, if it is known and the principal may see it: neither is told apart. */
async function requireNamespace(context: Context<DoorEnv>, { reader }: ServeDeps): Promise<string> {
  const namespace = context.req.param('namespace') ?? '';
  const isVisible = maySee(context.var.principal, namespace);
  if (!isVisible || !(await reader.namespaces()).includes(namespace))
    throw new HttpProblem(404, 'Not Found', 'There is no such namespace');
  return namespace;
}

type Scope = Pick<FindingsAsk, 'namespaces' | 'namespace'>;

function findingsOf(scope: Scope, limit: number): FindingsAsk {
  return {
    ...scope,
    state: 'open',
    kind: null,
    severity: null,
    workload: null,
    search: '',
    order: 'severity',
    offset: 0,
    limit,
  };
}

function adviceOf(scope: Pick<AdviceAsk, 'namespaces' | 'namespace'>, limit: number): AdviceAsk {
  return { ...scope, workload: null, all: false, offset: 0, limit };
}
