import type { Hono } from 'hono';
import type { Assets } from '../assets/assets.ts';
import type { ServeDeps } from '../deps.ts';
import { AnswerCache } from '../questions/answerCache.ts';
import { requireEveryNamespace, requireScope, type ServerEnv } from '../security/access.ts';
import { advicePage } from './advice.ts';
import { controlPlanePage } from './controlPlane.ts';
import { digestPage, digestsPage } from './digests/digests.ts';
import { EVENT_PAGES } from './events.ts';
import { explorePage } from './explore/explorePage.ts';
import { FINDING_PAGES } from './finding/findingPages.ts';
import { acknowledgeForm, findingsPage } from './findings.ts';
import { namespacePage } from './costs/namespacePage.ts';
import { workloadChartsPage, workloadPage } from './costs/workloadPage.ts';
import { MONEY_PAGES } from './money/moneyPages.ts';
import { savingsPage } from './money/savingsPage.ts';
import { overviewPage } from './overview.ts';
import { namespacePosturePage, posturePage } from './posture.ts';
import { pageRequest, type PageRoute, type ShownPage } from './route.ts';
import { RESPONSE_PAGES } from './responses.ts';
import { signalsPage } from './signals.ts';
import { SILENCE_PAGES } from './silences.ts';
import { systemPage } from './system.ts';

/** Every page and form, in the order of the navigation; of two paths that fit an address, the first counts. */
const PAGES: readonly PageRoute[] = [
  overviewPage,
  namespacePage,
  workloadPage,
  workloadChartsPage,
  explorePage,
  ...MONEY_PAGES,
  findingsPage,
  acknowledgeForm,
  ...FINDING_PAGES,
  advicePage,
  savingsPage,
  posturePage,
  namespacePosturePage,
  signalsPage,
  controlPlanePage,
  digestsPage,
  digestPage,
  ...SILENCE_PAGES,
  ...EVENT_PAGES,
  ...RESPONSE_PAGES,
  systemPage,
];

/** Parts of pages kept until the history changes: in an alarm many look at the same one. */
const KEPT_PARTS = 100;

/** Puts the pages at the root, each behind its scope. */
export function mountPages(app: Hono<ServerEnv>, deps: ServeDeps, assets: Assets): void {
  const sections = PAGES.filter((route): route is ShownPage => 'nav' in route);
  const shares = { deps, assets, sections, kept: new AnswerCache(KEPT_PARTS) };
  for (const route of PAGES) {
    const scope = requireScope(route.scope);
    if ('submit' in route) {
      app.post(route.path, scope, async (context) => {
        return context.redirect(await route.submit(pageRequest(context, route, shares)), 303);
      });
      continue;
    }
    if (route.isWholeCluster === true) app.get(route.path, requireEveryNamespace());
    app.get(route.path, scope, async (context) =>
      context.html(await route.show(pageRequest(context, route, shares))),
    );
  }
}
