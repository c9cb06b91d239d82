import type { Hono } from 'hono';
import type { Assets } from '../../assets/assets.ts';
import { requestSilence, requestSilenceEnd, visibleSilences } from '../../changes.ts';
import type { ServeDeps } from '../../deps.ts';
import { DAY_MS } from '../../../model/time.ts';
import { requireScope, type DoorEnv } from '../../security/access.ts';
import { maySee, type Principal } from '../../security/principal.ts';
import { pageContext } from '../context.ts';
import { durationOf, formOf, textOf } from '../form.ts';
import { silencesPage } from './silencesPage.ts';
import { systemPage, type SystemView } from './systemPage.ts';

const AUDIT_ENTRIES = 50;
const DELIVERIES = 50;

/** Silences, and Burnwatch's own health. */
export function mountOperating(app: Hono<DoorEnv>, deps: ServeDeps, assets: Assets): void {
  const read = requireScope('read');
  app.get('/silences', read, async (context) => {
    const silences = await visibleSilences(context.var.principal, deps);
    return context.html(silencesPage(silences, pageContext(context, deps, assets)));
  });
  app.post('/silences', requireScope('silence'), async (context) => {
    const { principal } = context.var;
    const form = await formOf(context);
    const matchers = textOf(form, 'matchers')
      .split('\n')
      .map((line) => line.trim());
    const wish = {
      matchers: matchers.filter((line) => line !== ''),
      endsAt: deps.now() + (durationOf(textOf(form, 'for')) ?? DAY_MS),
      reason: textOf(form, 'reason'),
    };
    await requestSilence(wish, { principal, door: 'page' }, deps);
    return context.redirect('/silences?done=silence', 303);
  });
  app.post('/silences/:id/expire', requireScope('silence'), async (context) => {
    const { principal } = context.var;
    await requestSilenceEnd(context.req.param('id'), { principal, door: 'page' }, deps);
    return context.redirect('/silences?done=expire', 303);
  });
  app.get('/system', read, async (context) => {
    const view = await readSystem(context.var.principal, deps);
    return context.html(systemPage(view, pageContext(context, deps, assets)));
  });
}

/**
 * Messages name whom they went to, changes what they were about, problems nodes and sources: a tenant sees its
 * own only.
 */
async function readSystem(
  principal: Principal,
  { reader, stores }: ServeDeps,
): Promise<SystemView> {
  const status = await reader.status();
  const { watermark } = status;
  const told = watermark === null ? [] : await reader.windowCoverage(watermark - DAY_MS, watermark);
  const all = await stores.audit.list({ before: null, subject: null, limit: 500 });
  const audit = all.filter(({ namespace }) => maySee(principal, namespace)).slice(0, AUDIT_ENTRIES);
  if (principal.namespaces !== null) {
    const windows = told.map((window) => ({ ...window, problems: [] }));
    const mute = { ...status, lastProblems: [] };
    return { status: mute, windows, audit, waiting: [], dead: [] };
  }
  const waiting = await stores.deliveries.deliveries('pending', DELIVERIES);
  const dead = await stores.deliveries.deliveries('dead', DELIVERIES);
  return { status, windows: told, audit, waiting, dead };
}
