import type { Digest, ForecastLine, Saving } from '../../store/digests/digest.ts';
import { budgetState, forecastText, savingsText } from '../text/sentences.ts';
import { html, lines, type Markup } from './markup.ts';
import { formatMoney } from '../../model/text/units.ts';

/** What the month will come to, against its budgets. */
export function forecastSection({ forecast, currency }: Digest): Markup {
  if (forecast.length === 0) return html``;
  return html`<section>
    <h2>Forecast to the month’s end</h2>
    <ul class="budgets">
      ${forecast.map(
        (line) =>
          html`<li class="${budgetState(line)}">
            <b>${line.budget === null ? 'Whole cluster' : line.budget.key}</b>
            <span>${forecastText(line, currency)}</span>
            ${line.monthly !== null && gauge(line, line.monthly)}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Spent, expected with its interval, and where the budget ends. */
function gauge({ spent, expected, low, high }: ForecastLine, monthly: number): Markup {
  const most = Math.max(monthly, high ?? spent, spent) * 1.04;
  const at = (value: number): string => ((100 * value) / most).toFixed(2);
  return html`<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
    <rect class="room" x="0" y="2" width="100" height="6" />
    ${expected !== null && html`<rect class="expected" x="0" y="2" width="${at(expected)}" height="6" />`}
    <rect class="spent" x="0" y="2" width="${at(spent)}" height="6" />
    ${
      low !== null &&
      high !== null &&
      html`<rect class="interval" x="${at(low)}" y="4.3" width="${at(high - low)}" height="1.4" />`
    }
    <rect class="limit" x="${at(monthly)}" y="0" width="0.5" height="10" />
  </svg>`;
}

/** The best recommendations with what to run. */
export function savingsSection({ savings, currency }: Digest): Markup {
  return html`<section>
    <h2>Savings</h2>
    <p>${savingsText(savings, currency)}.</p>
    ${savings.top.map((saving) => savingCard(saving, currency))}
  </section>`;
}

function savingCard(saving: Saving, currency: string): Markup {
  const { namespace, workload, owner, perMonth, changes, confidence, notes, patch } = saving;
  return html`<article>
    <h3>${namespace}/${workload.kind}/${workload.name}</h3>
    <p class="facts">
      <b>${formatMoney(perMonth, currency)} a month</b>
      ${confidence} confidence ${owner !== null && html`· ${owner}`}
    </p>
    <ul>
      ${changes.map((change) => html`<li>${change}</li>`)}
      ${notes.map((note) => html`<li class="note">${note}</li>`)}
    </ul>
    <pre tabindex="0"><code>${lines(patch)}</code></pre>
  </article>`;
}
