import type { Context, Hono } from 'hono';
import type { Assets } from '../assets/assets.ts';
import { addSilence } from '../changes/silence.ts';
import { decideFinding, type DecisionRequest } from '../changes/decide.ts';
import type { ServeDeps } from '../deps.ts';
import { HttpProblem } from '../problem.ts';
import { requireScope, type DoorEnv } from '../security/access.ts';
import { findVisible } from '../security/visibleFinding.ts';
import { pageContext } from './context.ts';
import { findingCharts } from './finding/charts.ts';
import { findingPage } from './finding/findingPage.ts';
import { readFindingView } from './finding/readFinding.ts';
import { durationOf, formOf, spanOf, textOf } from './form.ts';

/** Puts the pages at the root, each behind its scope. */
export function mountPages(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  const read = requireScope('read');
  const viewOf = async (context: Context<DoorEnv>) => {
    const { principal } = context.var;
    const finding = await findVisible(context.req.param('id') ?? '', principal, deps);
    return readFindingView(finding, spanOf(context), principal, deps);
  };

  app.get('/findings/:id', read, async (context) => {
    const view = await viewOf(context);
    const { notifications, workloads } = deps.config();
    const kubeContext = notifications.kubeContext ?? workloads.context ?? null;
    return context.html(findingPage(view, pageContext(context, deps, assets), kubeContext));
  });
  app.get('/findings/:id/charts', read, async (context) => {
    const view = await viewOf(context);
    return context.html(findingCharts(view, pageContext(context, deps, assets).clock));
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
    await decideFinding(finding, wish, { principal, door: 'page' }, deps);
    return context.redirect(`/findings/${encodeURIComponent(finding.id)}?done=${action}`, 303);
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
      endsAt: deps.now() + (durationOf(textOf(form, 'for')) ?? 86_400_000),
      reason: textOf(form, 'reason'),
    };
    await addSilence(wish, { principal, door: 'page' }, deps);
    return context.redirect(`/findings/${encodeURIComponent(finding.id)}?done=silence`, 303);
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
