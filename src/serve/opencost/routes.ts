import { Hono, type Context } from 'hono';
import type { ServeDeps } from '../deps.ts';
import { requireScope, type ServerEnv } from '../security/access.ts';
import { visibleNamespaces } from '../security/principal.ts';
import { QuestionRefused } from '../questions/answerContext.ts';

import { parseQuery } from './parseQuery.ts';

/**
 * OpenCost's allocation call, `GET /allocation/compute` and `GET /allocation`, in OpenCost's own response
 * form: `{ code, status, data: [ { NAME: allocation } ] }`. To be mounted at the root, behind the door.
 */
export function opencostRoutes(deps: ServeDeps): Hono<ServerEnv> {
  const routes = new Hono<ServerEnv>();
  for (const path of ['/allocation/compute', '/allocation']) {
    routes.get(path, requireScope('read'), async (context) => {
      try {
        const body = `{"code":200,"status":"success","data":${await ask(context, deps)}}`;
        return context.body(body, 200, { 'content-type': 'application/json' });
      } catch (error) {
        if (!(error instanceof QuestionRefused)) throw error;
        const message = `Error: ${error.message}`;
        return context.json({ code: 400, status: 'error', data: null, message }, 400);
      }
    });
  }
  return routes;
}

function ask(context: Context<ServerEnv>, { questions, now }: ServeDeps): Promise<string> {
  const query = parseQuery(new URL(context.req.url).searchParams, now());
  return questions.allocations({ query, namespaces: visibleNamespaces(context.var.principal) });
}
