import { Hono, type Context } from 'hono';
import { seriesOnBasis } from '../../cost/report/readCosts.ts';
import type { CostSeriesQuery } from '../../store/costTable.ts';
import { HistoryError } from '../../store/history.ts';
import type { ServeDeps } from '../deps.ts';
import { requireScope, type DoorEnv } from '../security/access.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { BadQuery } from './badQuery.ts';
import { computeAllocations, type AllocationSet } from './computeAllocations.ts';
import { parseQuery } from './parseQuery.ts';

/**
 * OpenCost's allocation call, `GET /allocation/compute` and `GET /allocation`, in OpenCost's own response
 * form: `{ code, status, data: [ { NAME: allocation } ] }`. To be mounted at the root, behind the door.
 */
export function opencostRoutes(deps: ServeDeps): Hono<DoorEnv> {
  const routes = new Hono<DoorEnv>();
  for (const path of ['/allocation/compute', '/allocation']) {
    routes.get(path, requireScope('read'), async (context) => {
      try {
        const data = await compute(context, deps);
        return context.json({ code: 200, status: 'success', data });
      } catch (error) {
        if (!isAskersFault(error)) throw error;
        const message = `Error: ${error.message}`;
        return context.json({ code: 400, status: 'error', data: null, message }, 400);
      }
    });
  }
  return routes;
}

async function compute(
  context: Context<DoorEnv>,
  deps: ServeDeps,
): Promise<readonly AllocationSet[]> {
  const { cluster, pricing, schedule } = deps.config();
  const query = parseQuery(new URL(context.req.url).searchParams, deps.now());
  const source = {
    reader: deps.reader,
    series: (asked: CostSeriesQuery) => seriesOnBasis(deps.reader, pricing, asked),
    cluster,
    windowMs: schedule.window,
    namespaces: visibleNamespaces(context.var.principal),
  };
  return computeAllocations(source, query);
}

/** A parameter that does not parse, or a question whose answer would be too large. */
function isAskersFault(error: unknown): error is Error {
  return error instanceof BadQuery || (error instanceof HistoryError && error.code === 'too-large');
}
