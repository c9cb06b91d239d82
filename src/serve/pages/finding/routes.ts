import type { Context, Hono } from 'hono';
import type { Assets } from '../../assets/assets.ts';
import type { DecisionRequest } from '../../../detect/findings/decideFinding.ts';
import { requestDecision, requestSilence } from '../../changes.ts';
import type { ServeDeps } from '../../deps.ts';
import { DAY_MS } from '../../../model/time.ts';
import { kubeContextOf } from '../../../notify/config.ts';
import { HttpProblem } from '../../problem.ts';
import { AnswerCache } from '../../questions/answerCache.ts';
import { visibleNamespaces } from '../../security/principal.ts';
import { requireScope, type DoorEnv } from '../../security/access.ts';
import { findVisible } from '../../security/visibleFinding.ts';
import { pageContext } from '../context.ts';
import { durationOf, formOf, spanOf, textOf } from '../form.ts';
import { findingPath } from '../links.ts';
import { findingCharts } from './findingCharts.ts';
import { findingPage } from './findingPage.ts';
import { readFindingView } from './readFinding.ts';

/** Pages kept until anything is written: whoever is called in an alarm looks at the same one. */
const KEPT_VIEWS = 100;

/** The page of one finding, its charts alone, and what may be decided there. */
export function mountFinding(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  const read = requireScope('read');
  const kept = new AnswerCache(KEPT_VIEWS);
  const viewOf = async (context: Context<DoorEnv>) => {
    const { principal } = context.var;
    const finding = await findVisible(context.req.param('id') ?? '', principal, deps);
    const span = spanOf(context);
    const key = JSON.stringify([finding.id, span, visibleNamespaces(principal)]);
    // Whatever is written, a decision or a window, makes another version: nobody sees an old page.
    return kept.get(key, await deps.reader.version(), async () => {
      const view = await readFindingView(finding, span, principal, deps);
      const { clock, currency } = pageContext(context, deps, assets);
      // The charts are most of the page and the same for everybody who may see it.
      return { view, charts: await findingCharts(view, currency, clock) };
    });
  };

  app.get('/findings/:id', read, async (context) => {
    const { view, charts } = await viewOf(context);
    const page = pageContext(context, deps, assets);
    return context.html(findingPage(view, charts, page, kubeContextOf(deps.config())));
  });
  app.get('/findings/:id/charts', read, async (context) => {
    return context.html((await viewOf(context)).charts);
  });
  app.post('/findings/:id/decide', requireScope('ack'), async (context) => {
    const { principal } = context.var;
    const finding = await findVisible(context.req.param('id'), principal, deps);
    const form = await formOf(context);
    const action = actionOf(textOf(form, 'action'));
    const duration = durationOf(textOf(form, 'for'));
    const wish = {
      action,
      reason: textOf(form, 'reason') || null,
      until: duration === null ? null : deps.now() + duration,
    };
    await requestDecision(finding, wish, { principal, door: 'page' }, deps);
    return context.redirect(`${findingPath(finding.id)}?done=${action}`, 303);
  });
  app.post('/findings/:id/silence', requireScope('silence'), async (context) => {
    const { principal } = context.var;
    const finding = await findVisible(context.req.param('id'), principal, deps);
    const form = await formOf(context);
    const { namespace } = finding.scope;
    const wish = {
      matchers: [
        `fingerprint=${finding.fingerprint}`,
        `kind=${finding.kind}`,
        ...(namespace === null ? [] : [`namespace=${namespace}`]),
      ],
      endsAt: deps.now() + (durationOf(textOf(form, 'for')) ?? DAY_MS),
      reason: textOf(form, 'reason'),
    };
    await requestSilence(wish, { principal, door: 'page' }, deps);
    return context.redirect(`${findingPath(finding.id)}?done=silence`, 303);
  });
}

function actionOf(text: string): DecisionRequest['action'] {
  switch (text) {
    case 'acknowledge':
    case 'accept':
    case 'not-abuse':
    case 'reopen':
      return text;
    default:
      throw new HttpProblem(400, 'Bad Request', 'This form has no such action');
  }
}
