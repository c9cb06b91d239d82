import type { Digest } from '../../store/digests/digest.ts';
import { weekText } from '../text/words.ts';
import { BASIS } from '../text/renderText.ts';
import { attentionSection, dataSection, efficiencySection } from './careSections.ts';
import { chartSection, headSection, whySection } from './headSections.ts';
import { html, trusted, type Markup } from './markup.ts';
import { forecastSection, savingsSection } from './moneySections.ts';
import { spendSection } from './spendSections.ts';
import { DIGEST_STYLE } from './style.ts';

/**
 * A digest as one page that needs nothing else: no script, no font, no picture from elsewhere. Light or
 * dark as the reader has it, for a phone, a screen or paper. Everything from the cluster is escaped.
 */
export function renderHtml(digest: Digest): string {
  const title = `${digest.cluster}, week ${digest.week.name}`;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <title>${title} · Burnwatch</title>
        <style>
          ${trusted(DIGEST_STYLE)}
        </style>
      </head>
      <body>
        ${renderBody(digest)}
      </body>
    </html> `;
  return page.text;
}

/** The digest without a page around it, to be put into another; it needs `DIGEST_STYLE`. */
export function renderBody(digest: Digest): Markup {
  return html`<main class="digest">
    ${headSection(digest)} ${whySection(digest)} ${chartSection(digest)}
    ${spendSection('Namespaces', digest.namespaces, digest)}
    ${spendSection('Owners', digest.owners, digest)} ${forecastSection(digest)}
    ${savingsSection(digest)} ${efficiencySection(digest)} ${attentionSection(digest)}
    ${dataSection(digest)}
    <footer>
      ${weekText(digest)}. Money in ${digest.currency}, ${BASIS[digest.priceBasis]}. Every table
      adds up to the cluster’s bill of the week.
    </footer>
  </main>`;
}
