import type { Hono, MiddlewareHandler } from 'hono';
import type { Assets } from '../../assets/assets.ts';
import type { ServeDeps } from '../../deps.ts';
import { HttpProblem } from '../../problem.ts';
import { requireScope, type DoorEnv } from '../../security/access.ts';
import { pageContext } from '../context.ts';
import { digestPage, digestsPage } from './digestPages.ts';

/** A digest speaks of the whole cluster: it is only for who may see all of it. */
const wholeCluster: MiddlewareHandler<DoorEnv> = async (context, next) => {
  if (context.var.principal.namespaces !== null)
    throw new HttpProblem(
      403,
      'Forbidden',
      'Digests speak of the whole cluster; your token sees some of its namespaces',
    );
  await next();
};

/** The archive of weekly digests. */
export function mountDigests(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  const read = requireScope('read');
  app.get('/digests', read, wholeCluster, async (context) => {
    const entries = await deps.reader.digests();
    return context.html(digestsPage(entries, pageContext(context, deps, assets)));
  });
  app.get('/digests/:week', read, wholeCluster, async (context) => {
    const stored = await deps.reader.digest(context.req.param('week'));
    if (stored === null) throw new HttpProblem(404, 'Not Found', 'There is no digest of this week');
    return context.html(digestPage(stored, pageContext(context, deps, assets)));
  });
}
