import { stretchOf } from '../../../detect/findings/stretch.ts';
import { html } from 'hono/html';
import type { Finding } from '../../../model/finding.ts';
import { HOUR_MS, type TimeMs } from '../../../model/time.ts';
import type { SpendSteps } from '../../questions/answerSpend.ts';
import { eventList } from '../chart/eventList.ts';
import { marksLane, numberMarks } from '../chart/marks.ts';
import { stackChart } from '../chart/stack.ts';
import { workloadLink } from '../links.ts';
import type { Clock, Html } from '../text.ts';
import type { FindingView } from './readFinding.ts';
import { mean } from './useNow.ts';
import { formatMoney } from '../../../model/text/units.ts';

/** What the workloads of the finding's namespace cost, the finding shaded. */
export function spendBox(
  { finding, events }: FindingView,
  spend: SpendSteps,
  currency: string,
  clock: Clock,
): Html {
  const { starts, stepMs } = spend;
  const isByHour = stepMs === HOUR_MS;
  const shown = { from: starts[0] ?? 0, to: (starts.at(-1) ?? 0) + stepMs };
  const inside = events.filter(({ at }) => at >= shown.from && at <= shown.to);
  const marks = numberMarks(inside, shown);
  return html`<section class="card" aria-labelledby="spend-title">
    <h2 id="spend-title">What it cost</h2>
    <p class="note">
      <span class="key anomaly"></span> shaded: the finding, since ${clock.at(finding.startedAt)}.
    </p>
    ${marksLane(marks, shown)}
    ${stackChart(spend, {
      title: isByHour ? 'By workload and hour' : 'By workload and day (UTC)',
      currency,
      clock,
      idle: null,
      watermark: Infinity,
      stepMs: spend.stepMs,
      anomaly: stretchOf(finding),
    })}
    ${eventList(inside, marks, clock)}
  </section>`;
}

/** Which workload the money went to, if one stands out: its mean hour before the onset and since. */
export function spendLine(
  finding: Finding,
  { starts, lines, stepMs }: SpendSteps,
  currency: string,
): Html | null {
  const { from, to } = stretchOf(finding);
  const perHour = (values: readonly number[], isChosen: (start: TimeMs) => boolean) => {
    const step = mean(values.filter((_, index) => isChosen(starts[index] ?? 0)));
    return step === null ? null : step * (HOUR_MS / stepMs);
  };
  const changes = lines.flatMap(({ name, values }) => {
    const before = perHour(values, (start) => start + stepMs <= from);
    const since = perHour(values, (start) => start >= from && start + stepMs <= to);
    return before === null || since === null ? [] : [{ name, before, since, more: since - before }];
  });
  const rise = changes.reduce((sum, { more }) => sum + Math.max(0, more), 0);
  const [most] = changes.toSorted((a, b) => b.more - a.more);
  if (most === undefined || most.more <= 0 || most.more < MOST * rise) return null;
  const money = (value: number) => `${formatMoney(value, currency)} an hour`;
  const [, kind = '', name = ''] = /^([^/]*)\/(.*)$/s.exec(most.name) ?? [];
  return html`Most of it is
    <strong>${workloadLink(finding.scope.namespace ?? '', { kind, name })}</strong>:
    ${money(most.since)}
    since${most.before < TINY * most.since ? ', and next to nothing before' : `, ${money(most.before)} before`}.`;
}

/** A share of the rise that makes a workload its cause. */
const MOST = 0.5;
const TINY = 0.02;
