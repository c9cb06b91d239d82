import { stretchOf } from '../../../detect/findings/stretch.ts';
import { html } from 'hono/html';
import { usageCharts } from '../chart/usageCharts.ts';
import { findingPath } from '../links.ts';
import type { Clock, Html } from '../text.ts';
import type { FindingView } from './readFinding.ts';
import { spendBox } from './spend.ts';

/** The charts of a finding, the finding itself shaded; or what its namespace cost; some have neither. */
export function findingCharts(view: FindingView, currency: string, clock: Clock): Html {
  const { finding, use, spend, span, wholeSpan, events } = view;
  if (spend !== null) return spendBox(view, spend, currency, clock);
  // Posture, or the budget of an owner: there is nothing that could be drawn.
  if (use === null) return html``;
  return usageCharts(
    {
      series: use.series,
      usual: use.usual,
      events,
      span,
      wholeSpan,
      anomaly: stretchOf(finding),
      path: findingPath(finding.id),
    },
    clock,
  );
}
