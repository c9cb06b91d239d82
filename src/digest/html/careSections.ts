import type { Digest } from '../../store/digests/digest.ts';
import {
  abuseText,
  dataText,
  efficiencyText,
  findingText,
  gapText,
  ownerTexts,
  postureText,
  priceTexts,
} from '../text/sentences.ts';
import { html, type Markup } from './markup.ts';
import { formatShare } from '../../model/text/units.ts';

/** Efficiency over the weeks, as columns. */
export function efficiencySection({ efficiency }: Digest): Markup {
  const width = 100 / Math.max(1, efficiency.weeks.length);
  return html`<section>
    <h2>Efficiency</h2>
    <p>${efficiencyText(efficiency)}.</p>
    <ol class="weeks">
      ${efficiency.weeks.map(
        ({ name, efficiency: share }) =>
          html`<li>
            <svg viewBox="0 0 ${width.toFixed(1)} 40" preserveAspectRatio="none" aria-hidden="true">
              <rect class="room" x="0" y="0" width="${width.toFixed(1)}" height="40" />
              ${
                share !== null &&
                html`<rect
                  class="now"
                  x="0"
                  y="${(40 - 40 * Math.min(1, share)).toFixed(1)}"
                  width="${width.toFixed(1)}"
                  height="${(40 * Math.min(1, share)).toFixed(1)}"
                />`
              }
            </svg>
            <b>${share === null ? '–' : formatShare(share)}</b>
            <span>${name.slice(5)}</span>
          </li>`,
      )}
    </ol>
  </section>`;
}

/** Abuse and posture in a line each, then the other findings. */
export function attentionSection({ abuse, posture, findings, currency }: Digest): Markup {
  return html`<section>
    <h2>To look after</h2>
    <dl>
      <dt class="${abuse.critical > 0 ? 'over' : abuse.open > 0 ? 'near' : 'fine'}">Abuse</dt>
      <dd>${abuseText(abuse, currency)}.</dd>
      <dt>Posture</dt>
      <dd>${postureText(posture)}.</dd>
      ${
        findings.length > 0 &&
        html`<dt>Findings</dt>
          <dd>
            <ul>
              ${findings.map((count) => html`<li>${findingText(count)}</li>`)}
            </ul>
          </dd>`
      }
    </dl>
  </section>`;
}

/** How far the figures can be trusted, and what is missing. */
export function dataSection(digest: Digest): Markup {
  const { coverage, timezone } = digest;
  const owners = ownerTexts(digest);
  const prices = priceTexts(digest);
  const more = coverage.gapCount - coverage.gaps.length;
  return html`<section>
    <h2>Data</h2>
    <dl>
      <dt>Coverage</dt>
      <dd>
        ${dataText(digest)}.
        <ul>
          ${coverage.gaps.map((gap) => html`<li>${gapText(gap, timezone)}</li>`)}
          ${more > 0 && html`<li>and ${more} shorter ones</li>`}
        </ul>
      </dd>
      ${
        owners.length > 0 &&
        html`<dt>Owners</dt>
          <dd>${owners.map((text) => html`<p>${text}.</p>`)}</dd>`
      }
      ${
        prices.length > 0 &&
        html`<dt>Prices</dt>
          <dd>${prices.map((text) => html`<p>${text}.</p>`)}</dd>`
      }
    </dl>
  </section>`;
}
