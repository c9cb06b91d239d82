import { Hono } from 'hono';
import { costsOnBasis } from '../../cost/report/readCosts.ts';
import type { CostQuery } from '../../history/history.ts';
import type { ServeDeps } from '../deps.ts';
import { requireScope, type DoorEnv } from '../security/access.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { computeAllocations } from './computeAllocations.ts';
import { parseQuery } from './parseQuery.ts';

/**
 * OpenCost's allocation call, `GET /allocation/compute` and `GET /allocation`, in OpenCost's own response
 * form: `{ code, status, data: [ { NAME: allocation } ] }`. To be mounted at the root, behind the door.
 */
export function opencostRoutes(deps: ServeDeps): Hono<DoorEnv> {
  const routes = new Hono<DoorEnv>();
  for (const path of ['/allocation/compute', '/allocation']) {
    routes.get(path, requireScope('read'), async (context) => {
      const config = deps.config();
      let query;
      try {
        query = parseQuery(new URL(context.req.url).searchParams, deps.now());
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
        const message = `Error: ${error.message}`;
        return context.json({ code: 400, status: 'error', data: null, message }, 400);
      }
      const source = {
        reader: deps.reader,
        costs: (query: CostQuery) => costsOnBasis(deps.reader, config.pricing, query),
        cluster: config.cluster,
        windowMs: config.schedule.window,
        namespaces: visibleNamespaces(context.var.principal),
      };
      const data = await computeAllocations(source, query);
      return context.json({ code: 200, status: 'success', data });
    });
  }
  return routes;
}
