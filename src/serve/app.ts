import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Logger } from 'pino';
import { mountApi, API_ROUTES } from './api/routes.ts';
import { openApiDocument } from './api/openapi.ts';
import { Assets } from './assets/assets.ts';
import { isOpen as isOpenTo, reachedByHttps } from './config.ts';
import type { ServeDeps } from './deps.ts';
import { countIngest, INGEST_PATHS, isIngest, mountIngest } from './ingest/ingest.ts';
import { opencostRoutes } from './opencost/routes.ts';
import { mountMcp } from './mcp/mountMcp.ts';
import { refuseOtherMethods } from './methods.ts';
import { answerFor } from './questions/cancellation.ts';
import { sendProblemPage, wantsPage } from './pages/layout.ts';
import { mountLogin, mountLogout } from './pages/login.ts';
import { mountPages } from './pages/pages.ts';
import { metricsOf, mountHealth } from './probes.ts';
import { mountSlackInteractions } from './slackInteractions.ts';
import { HttpProblem, problemOfError, sendProblem } from './problem.ts';
import {
  authenticate,
  requireEveryNamespace,
  requireScope,
  type ServerEnv,
} from './security/access.ts';
import { refuseForgedChanges, securityHeaders, onlyLocalNames } from './security/crossSite.ts';
import { limitRate } from './security/rateLimit.ts';
import { Sessions } from './security/sessions.ts';

const MAX_BODY_BYTES = 64 * 1024;

/**
 * Every request for pages and API goes through these steps, in this
 * order, before a handler sees it. Health and metrics are on a listener of their own too (`probes.ts`),
 * which kubelets and Prometheus reach without a token.
 */
export function createApp(deps: ServeDeps, log: Logger, version: string): Hono<ServerEnv> {
  const isHttps = () => reachedByHttps(deps.config().serve);
  const sessions = deps.sessions ?? new Sessions(() => deps.now(), isHttps);
  const assets = Assets.load();
  const app = new Hono<ServerEnv>();
  app.onError((error, context) => {
    let problem = problemOfError(error);
    if (problem === null) {
      log.error({ err: error, path: context.req.path }, 'request failed');
      problem = new HttpProblem(500, 'See the log');
    }
    return wantsPage(context)
      ? sendProblemPage(context, problem, assets)
      : sendProblem(context, problem);
  });
  app.notFound(() => {
    throw new HttpProblem(404, 'There is no such page or call');
  });
  app.use((context, next) => answerFor(context.req.raw, next));
  app.use(securityHeaders(isHttps));
  app.use(INGEST_PATHS, countIngest(deps));
  // What the configuration asks for decides, also where it was not made.
  const isOpen = deps.authenticators.length === 0 && isOpenTo(deps.config());
  if (isOpen) app.use(onlyLocalNames());
  // Before the tokens are looked at: guessing them is limited too.
  app.use(limitRate(deps));
  const limitBody = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new HttpProblem(413, 'At most 64 KiB');
    },
  });
  // Events of other tools are larger: they are limited once the token is known.
  app.use(async (context, next) =>
    isIngest(context.req.path) ? next() : limitBody(context, next),
  );
  // Everything before the next step needs no authentication.
  assets.mount(app);
  const { probes } = deps;
  if (probes !== undefined) mountHealth(app, probes);
  mountLogin(app, { ...deps, isOpen }, sessions, assets);
  mountSlackInteractions(app, deps);
  app.use(refuseOtherMethods(app));
  const { authenticators } = deps;
  app.use(authenticate({ authenticators, isOpen, cluster: () => deps.config().cluster }, sessions));
  app.use(refuseForgedChanges(() => deps.config().serve.externalUrl));

  mountLogout(app, sessions);
  mountIngest(app, deps);
  mountApi(app, API_ROUTES, deps);
  mountMcp(app, deps, log, version);
  mountPages(app, deps, assets);
  app.route('/', opencostRoutes(deps));
  app.get('/api/v1/openapi.json', (context) => context.json(openApiDocument(API_ROUTES, version)));
  // They name every namespace and its cost.
  if (probes !== undefined)
    app.get('/metrics', requireScope('read'), requireEveryNamespace(), () => metricsOf(probes));
  app.post('/-/reload', requireScope('admin'), async (context) => {
    await deps.reload();
    await deps.stores.audit.append({
      at: deps.now(),
      who: context.var.principal.name,
      via: 'api',
      action: 'config.reload',
      subject: 'configuration',
      namespace: null,
      detail: {},
    });
    return context.json({ reloaded: true });
  });
  app.use(refuseOtherMethods(app));
  return app;
}
