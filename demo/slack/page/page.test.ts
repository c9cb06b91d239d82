import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { StoredMessage } from '../stored.ts';
import { Workspace } from '../workspace.ts';
import { clientPage } from './clientPage.ts';
import { mrkdwnHtml } from './mrkdwn.ts';

const NOW = Date.UTC(2026, 10, 24, 6);
const workspace = () =>
  new Workspace({
    now: () => NOW,
    channels: [{ name: 'cost' }],
    users: [{ id: 'U0ALICE01', name: 'alice', realName: 'Alice', email: 'a@example.com' }],
  });

function pageWith(message: Partial<StoredMessage>): string {
  const space = workspace();
  const [conversation] = space.conversations;
  if (conversation === undefined) throw new Error('no channel');
  space.add({
    ts: '1795500000.000001',
    channel: conversation.id,
    threadTs: null,
    broadcast: false,
    text: '',
    blocks: [],
    attachments: [],
    metadata: null,
    files: [],
    editedTs: null,
    onlyFor: null,
    ...message,
  });
  const view = {
    conversation,
    thread: null,
    userId: 'U0ALICE01',
    theme: 'light',
    connectedApps: 0,
  } as const;
  return clientPage(view, space, 'nonce');
}

describe('mrkdwn on the page', () => {
  test.each([
    ['*bold* _it_ ~no~', '<strong>bold</strong> <em>it</em> <s>no</s>'],
    ['`a*b*`', '<code>a*b*</code>'],
    ['```x\n<y>```', '<pre>x\n&lt;y&gt;</pre>'],
    ['&lt;b&gt; &amp;', '&lt;b&gt; &amp;'],
    ['<@U0ALICE01>', '<span class="mention">@Alice</span>'],
    ['<!channel>', '<span class="mention loud">@channel</span>'],
    ['<javascript:alert(1)|x>', 'x'],
    ['<!date^1795500000^{date_short_pretty} {time}|then>', 'Today 6:00 AM'],
    ['<script>', 'script'],
  ])('%s', (text, html) => {
    expect(mrkdwnHtml(text, workspace(), true)).toBe(html);
  });

  test('a link opens elsewhere and tells nothing', () => {
    expect(mrkdwnHtml('<https://x.example/?a=1&amp;b="|go>', workspace(), true)).toBe(
      '<a href="https://x.example/?a=1&amp;b=&quot;" target="_blank" rel="noreferrer noopener">go</a>',
    );
  });

  test('without verbatim a bare address becomes a link, as at Slack', () => {
    expect(mrkdwnHtml('see evil.com', workspace(), false)).toContain('href="http://evil.com"');
    expect(mrkdwnHtml('see evil.com', workspace(), true)).not.toContain('href');
  });
});

describe('whatever was posted', () => {
  const HOSTILE = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'",
    '&lt;b&gt;',
    '`<i>`',
    '\uE0000\uE001',
    '<https://x"onclick="y|z>',
    '</style>',
    '*',
    '_',
    '```',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 12 })), {
      maxLength: 5,
    })
    .map((parts) => parts.join(''));

  test('it stays text: no tag or handler of an attacker is on the page', () => {
    const clean = tags(pageWith({ text: 'x' }));
    fc.assert(
      fc.property(text, text, (one, two) => {
        const blocks = [
          { type: 'header', text: { type: 'plain_text', text: one } },
          {
            type: 'section',
            text: { type: 'mrkdwn', text: two, verbatim: true },
            fields: [{ type: 'mrkdwn', text: one }],
          },
          { type: 'image', image_url: two, alt_text: one },
          {
            type: 'actions',
            elements: [
              { type: 'button', action_id: one, url: two, text: { type: 'plain_text', text: two } },
            ],
          },
        ];
        const html = pageWith({ text: one, blocks, attachments: [{ color: one, text: two }] });
        const foreign = [...tags(html)].filter((tag) => !ALLOWED.test(tag) && !clean.has(tag));
        expect(foreign).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

/** Every tag with its attributes' names. */
function tags(html: string): ReadonlySet<string> {
  const found = [...html.matchAll(/<([a-z0-9]+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)];
  return new Set(
    found.map(
      ([, name, attributes = '']) =>
        `${name} ${[...attributes.matchAll(/([\w:-]+)(?:="[^"]*")?/g)].map(([, key]) => key).join(' ')}`,
    ),
  );
}

const ALLOWED =
  /^(h3|strong|em|s|br|hr|code|pre|blockquote|figure|div( class)?( style)?|span( class)?|b|button class data-action( data-url)?|a href target rel|svg class viewBox role aria-label|circle cx cy r fill( opacity)?|details class|summary aria-label) ?$/;
