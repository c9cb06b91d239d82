import type { Context, Hono } from 'hono';
import { z } from 'zod';
import { findingJsonSchema } from '../../../model/findingJson.ts';
import type { Assets } from '../../assets/assets.ts';
import { requestDecision } from '../../changes.ts';
import type { ServeDeps } from '../../deps.ts';
import type { FindingsAsk } from '../../questions/answerFindings.ts';
import { requireScope, type DoorEnv } from '../../security/access.ts';
import { visibleNamespaces } from '../../security/principal.ts';
import { findVisible } from '../../security/visibleFinding.ts';
import { pageContext } from '../context.ts';
import { formOf, textsOf } from '../form.ts';
import { findingsPage } from './listPage.ts';

/** Findings on one page of the list. */
const PAGE_SIZE = 100;

/** What an address of the list may say; anything else falls back to what is usual. */
const filters = z.object({
  q: z.string().trim().max(200).catch(''),
  state: z.enum(['open', 'unacknowledged', 'all']).catch('open'),
  kind: findingJsonSchema.shape.kind.nullable().catch(null),
  severity: findingJsonSchema.shape.severity.nullable().catch(null),
  namespace: z.string().min(1).max(253).nullable().catch(null),
  order: z.enum(['severity', 'newest', 'cost', 'namespace']).catch('severity'),
  offset: z.coerce.number().int().min(0).max(1_000_000).catch(0),
});

/** The list of findings, and acknowledging several at once. */
export function mountFindings(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  app.get('/findings', requireScope('read'), async (context) => {
    const ask = askOf(context);
    const view = await deps.questions.findings(ask);
    return context.html(findingsPage(view, ask, pageContext(context, deps, assets)));
  });
  app.post('/findings/acknowledge', requireScope('ack'), async (context) => {
    const { principal } = context.var;
    const ids = textsOf(await formOf(context), 'id').slice(0, PAGE_SIZE);
    for (const id of ids) {
      const finding = await findVisible(id, principal, deps);
      const wish = { action: 'acknowledge' as const, reason: null, until: null };
      // What somebody else resolved or decided meanwhile stays as it is.
      if (finding.state === 'open')
        await requestDecision(finding, wish, { principal, door: 'page' }, deps);
    }
    return context.redirect('/findings?done=bulk', 303);
  });
}

function askOf(context: Context<DoorEnv>): FindingsAsk {
  const { q, ...rest } = filters.parse(context.req.query());
  return {
    ...rest,
    search: q,
    workload: null,
    limit: PAGE_SIZE,
    namespaces: visibleNamespaces(context.var.principal),
  };
}
