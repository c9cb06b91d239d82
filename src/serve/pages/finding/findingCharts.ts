import { html } from 'hono/html';
import { usageCharts } from '../chart/usageCharts.ts';
import { findingPath } from '../links.ts';
import type { Clock, Html } from '../text.ts';
import type { FindingView } from './readFinding.ts';

/** The charts of a finding, the finding itself shaded; a finding about no workload has none. */
export function findingCharts(view: FindingView, clock: Clock): Html {
  const { finding, use, span, wholeSpan, events } = view;
  if (use === null)
    return html`<section class="card" id="charts">
      <h2>What it used</h2>
      <p class="note">This finding is about no workload: there is no chart of use for it.</p>
    </section>`;
  return usageCharts(
    {
      series: use.series,
      usual: use.usual,
      events,
      span,
      wholeSpan,
      anomaly: { from: finding.startedAt, to: finding.resolvedAt ?? finding.lastSeen },
      path: findingPath(finding.id),
    },
    clock,
  );
}
