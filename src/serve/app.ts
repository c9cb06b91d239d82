import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { mountApi } from './api/mount.ts';
import { openApiDocument } from './api/openapi.ts';
import { API_ROUTES } from './api/routes.ts';
import type { ServeDeps } from './deps.ts';
import { opencostRoutes } from './opencost/routes.ts';
import { HttpProblem, sendProblem } from './problem.ts';
import { authenticate, requireScope, type DoorEnv } from './security/access.ts';
import { refuseForgedChanges } from './security/csrf.ts';
import { securityHeaders } from './security/headers.ts';
import { onlyLocalNames } from './security/localHost.ts';
import { limitRate } from './security/limitRate.ts';
import { Sessions } from './security/sessions.ts';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * The door: everything that Burnwatch shows or lets anybody change goes through these steps, in this
 * order, before a handler sees it. Health and metrics are on a listener of their own (`probes.ts`).
 */
export function createApp(deps: ServeDeps, log: Logger, version: string): Hono<DoorEnv> {
  const sessions = new Sessions(() => deps.now());
  const app = new Hono<DoorEnv>();
  app.onError((error, context) => {
    if (error instanceof HttpProblem) return sendProblem(context, error);
    log.error({ err: error, path: context.req.path }, 'request failed');
    return sendProblem(context, new HttpProblem(500, 'Internal Server Error', 'See the log'));
  });
  app.notFound((context) =>
    sendProblem(context, new HttpProblem(404, 'Not Found', 'There is no such page or call')),
  );
  app.use(securityHeaders());
  if (deps.authenticators.length === 0) app.use(onlyLocalNames());
  // Before the tokens are looked at: guessing them is limited too.
  app.use(limitRate(() => deps.now()));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (context) =>
        sendProblem(context, new HttpProblem(413, 'Content Too Large', 'At most 64 KiB')),
    }),
  );
  app.use(authenticate(deps, sessions));
  app.use(refuseForgedChanges());

  mountApi(app, API_ROUTES, deps);
  app.route('/', opencostRoutes(deps));
  app.get('/api/v1/openapi.json', (context) => context.json(openApiDocument(API_ROUTES, version)));
  app.post('/-/reload', requireScope('admin'), async (context) => {
    await deps.reload();
    return context.json({ reloaded: true });
  });
  return app;
}
