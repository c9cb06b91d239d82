import { html } from 'hono/html';
import type { Evidence, EvidenceFamily, Finding } from '../../../model/finding.ts';
import { fromCluster, withLocalTimes, type Clock, type Html } from '../text.ts';
import { formatBytes, formatNumber, formatShare } from '../../../model/text/units.ts';

/** Families in words that need no manual. */
const FAMILIES: Readonly<Record<EvidenceFamily, string>> = {
  level: 'how much it uses',
  novelty: 'against its own past',
  work: 'what it does for it',
  shape: 'the shape of its use',
  spread: 'where else it is',
  spec: 'what it says it is',
  tools: 'other tools',
  suppressor: 'speaks against it',
  money: 'money',
  data: 'data',
};

/** Reasons with their weights, what was seen around the onset, and what would decide it. */
export function evidenceBox(finding: Finding, clock: Clock): Html {
  const say = (text: string) => withLocalTimes(fromCluster(text), clock);
  const weighed = finding.evidence
    .filter(({ weight }) => weight !== 0)
    .toSorted((a, b) => b.weight - a.weight);
  const undecided = finding.evidence.filter(({ signal }) => signal === 'undecided');
  const around = finding.evidence.filter(
    ({ weight, signal }) => weight === 0 && signal !== 'undecided',
  );
  const heaviest = Math.max(1, ...weighed.map(({ weight }) => Math.abs(weight)));
  const families = new Set(weighed.filter(({ weight }) => weight > 0).map(({ family }) => family));
  return html`<section class="card evidence" aria-labelledby="evidence-title">
    <h2 id="evidence-title">Why</h2>
    ${
      weighed.length === 0
        ? html`<p class="note">No weighed evidence is recorded.</p>`
        : html`<p class="note">
              ${weighed.length} ${weighed.length === 1 ? 'signal' : 'signals'} of ${families.size}
              independent ${families.size === 1 ? 'kind' : 'kinds'}; the longer the bar, the more it
              weighs.
            </p>
            <ul class="weights">
              ${weighed.map((item) => weighedItem(item, heaviest, say))}
            </ul>`
    }
    ${
      around.length === 0
        ? ''
        : html`<h3>Around the onset</h3>
            <ul class="plain">
              ${around.map(({ text }) => html`<li>${say(text)}</li>`)}
            </ul>`
    }
    ${
      undecided.length === 0
        ? ''
        : html`<h3>What it would take to decide</h3>
            <ul class="plain undecided">
              ${undecided.map(({ text }) => html`<li>${say(text)}</li>`)}
            </ul>`
    }
  </section>`;
}

function weighedItem(item: Evidence, heaviest: number, say: (text: string) => string): Html {
  const { weight, family, text, signal } = item;
  const share = Math.max(2, (Math.abs(weight) / heaviest) * 100).toFixed(0);
  const kind = weight < 0 ? 'against' : 'for';
  return html`<li class="${kind}">
    <p class="reason">${say(text)}</p>
    <p class="meta">
      <span class="weight">${weight > 0 ? '+' : '−'}${formatNumber(Math.abs(weight))}</span>
      <svg class="bar" width="100" height="8" aria-hidden="true">
        <rect width="${share}%" height="8" rx="4" />
      </svg>
      <span>${FAMILIES[family]}</span>
      <code>${signal}</code>
      ${measure(item)}
    </p>
  </li>`;
}

/** Units that the sentence already says better than a number could. */
const SAID = new Set(['context', 'time', 'indicator']);

function measure({ value, threshold, unit }: Evidence): Html | '' {
  if (typeof value !== 'number' || SAID.has(unit)) return '';
  const show = (one: number) => quantity(one, unit);
  const bound = typeof threshold === 'number' ? `, threshold ${show(threshold)}` : '';
  return html`<span>${show(value)}${bound}</span>`;
}

function quantity(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'share') return formatShare(value);
  return `${formatNumber(value)} ${unit}`;
}
