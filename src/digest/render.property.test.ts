import { describe, expect, it } from 'vitest';
import { fc } from '../../test/support/properties.ts';
import type { Notice } from '../store/notifications/notice.ts';
import { renderMessage } from '../channels/slack/render.ts';
import { problemsOfMessage } from '../../test/support/notify/blockKit.ts';
import { noticeContent } from '../channels/noticeContent.ts';
import { digestDeliveries } from './deliveries.ts';
import { digestPicture } from './digestPicture.ts';
import type { Digest } from '../store/digests/digest.ts';
import { aDigest, ATTACKS } from '../../test/support/digest/digests.ts';
import { centsText, centsThatAdd } from './text/centsThatAdd.ts';
import { digestJson } from './text/digestJson.ts';
import { renderText } from './text/renderText.ts';

const OWN_URL = 'https://burnwatch.example.com';
const CONTEXT = { currency: 'EUR', externalUrl: OWN_URL, kubeContext: null };

const text = fc.oneof(
  fc.constantFrom(...ATTACKS),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);
const nano = fc.oneof(
  fc.integer({ min: -(2 ** 53), max: 2 ** 53 }),
  fc.constantFrom(0, 1, -1, 1e15, 5_000_000),
);
const digests = fc
  .tuple(text, nano, fc.integer({ min: 0, max: 30 }))
  .map(([name, amount, entries]) => aDigest(name, amount, entries));

function noticesOf(digest: Digest): readonly Notice[] {
  const receivers = { platform: [{ channel: 'slack', target: '#cost' }] };
  return [null, digest.week.end].flatMap((previewUntil) =>
    digestDeliveries(digest, { ...receivers, previewUntil }, 1, digest.week.end).map(
      ({ notice }) => notice,
    ),
  );
}

describe('digests in Slack', () => {
  it('are valid Block Kit without a mention or link that is not ours, whatever the names and numbers', () => {
    fc.assert(
      fc.property(digests, fc.boolean(), (digest, withPicture) => {
        const image = withPicture ? { fileId: 'F1', altText: digest.cluster } : null;
        for (const notice of noticesOf(digest)) {
          const content = noticeContent(notice, CONTEXT, 'Slack');
          const message = renderMessage(content, image);
          expect(problemsOfMessage(message, OWN_URL)).toEqual([]);
          // oxlint-disable-next-line no-control-regex -- a log's reader would obey them
          expect(content.line).not.toMatch(/[\u0000-\u001f\u202e]/);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('the text and the picture', () => {
  it('keep every name from being more than a name', () => {
    fc.assert(
      fc.property(digests, (digest) => {
        // oxlint-disable-next-line no-control-regex -- a terminal would obey them
        expect(renderText(digest)).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
        expect(digestPicture(digest) ?? '').not.toMatch(/<(script|foreignObject|image|a)\b/i);
        expect(() => JSON.stringify(digestJson(digest))).not.toThrow();
      }),
      { numRuns: 15 },
    );
  });
});

describe('figures', () => {
  it('add up as they are printed, to the cent', () => {
    const amounts = fc.array(fc.integer({ min: -1e14, max: 1e14 }), { maxLength: 60 });
    fc.assert(
      fc.property(amounts, (nanos) => {
        const cents = centsThatAdd(nanos);
        const total = cents.at(-1) ?? 0;
        expect(cents.slice(0, -1).reduce((sum, each) => sum + each, 0)).toBe(total);
        for (const [index, each] of nanos.entries())
          expect(Math.abs((cents[index] ?? 0) - each / 1e7)).toBeLessThanOrEqual(1.0000001);
      }),
    );
    expect(centsText(123_456)).toBe('1,234.56');
    expect(centsText(-0)).toBe('0.00');
  });
});
