import { weekText } from '../../../digest/text/words.ts';
import { BASIS } from '../../../digest/text/renderText.ts';
import type { Digest } from '../../../store/digests/digest.ts';
import { pageCss } from '../../assets/assets.ts';
import { html, raw, type Html } from '../html.ts';
import { meta } from '../layout.ts';
import {
  attentionSection,
  chartSection,
  dataSection,
  efficiencySection,
  forecastSection,
  headSection,
  savingsSection,
  whySection,
} from './digestSections.ts';
import { spendSection } from './spendSection.ts';

/**
 * A digest as one file that needs nothing else: no script, no font, no picture from elsewhere. Light or dark as the
 * reader has it, for a phone, a screen or paper.
 */
export async function renderDigestHtml(digest: Digest): Promise<string> {
  const title = `${digest.cluster}, week ${digest.week.name}`;
  const page = await html`<!doctype html>
    <html lang="en">
      <head>
        ${meta(title)}
        <meta name="referrer" content="no-referrer" />
        <style>
          ${raw(pageCss())}
        </style>
      </head>
      <body>
        <main>${digestBody(digest)}</main>
      </body>
    </html> `;
  return page.toString();
}

/** The digest without a page around it. */
export function digestBody(digest: Digest): Html {
  return html`<div class="digest">
    ${headSection(digest)} ${whySection(digest)} ${chartSection(digest)}
    ${spendSection('Namespaces', 'Namespace', digest.namespaces, digest)}
    ${spendSection('Owners', 'Owner', digest.owners, digest)} ${forecastSection(digest)}
    ${savingsSection(digest)} ${efficiencySection(digest)} ${attentionSection(digest)}
    ${dataSection(digest)}
    <p class="note">
      ${weekText(digest)}. Money in ${digest.currency}, ${BASIS[digest.priceBasis]}. Every table
      adds up to the cluster’s bill of the week.
    </p>
  </div>`;
}
