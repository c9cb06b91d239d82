import { expect, it } from 'vitest';
import { aDelivery, aNotice } from '../../../test/support/notify/deliveries.ts';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { noticeContent } from '../noticeContent.ts';
import { teams } from './config.ts';
import { MAX_CARD_BYTES, teamsMessage } from './teamsCard.ts';
import { teamsChannel } from './teamsChannel.ts';

const CONTEXT = { currency: 'USD', externalUrl: 'https://bw.example.com', kubeContext: 'prod' };

interface Card {
  readonly body: readonly { readonly inlines: readonly Record<string, unknown>[] }[];
  readonly actions: readonly object[];
  readonly fallbackText: string;
}
function cardOf(message: string): Card {
  const { attachments } = JSON.parse(message) as { attachments: { content: Card }[] };
  const [first] = attachments;
  if (first === undefined) throw new Error('no card');
  return first.content;
}

it('shows a finding as a card whose only links are Burnwatch’s own', () => {
  const summary = '[click](https://evil.example) <at>all</at> {{DATE(2026-01-01)}}';
  const notice = aNotice([aFinding({ summary })]);
  const { body, actions, fallbackText } = cardOf(
    teamsMessage(noticeContent(notice, CONTEXT, 'Teams')),
  );
  expect(body.every((element) => element.inlines !== undefined)).toBe(true);
  const runs = body.flatMap(({ inlines }) => inlines);
  // A TextRun knows no Markdown, so that the text stays as it is.
  expect(runs.every(({ type }) => type === 'TextRun')).toBe(true);
  expect(runs.map(({ text }) => String(text)).join('')).toContain('[click](https://evil.example)');
  const links = [...runs.flatMap(({ selectAction }) => selectAction ?? []), ...actions];
  expect(JSON.stringify(links)).not.toContain('evil');
  expect(JSON.stringify(actions)).toContain('https://bw.example.com');
  expect(fallbackText.length).toBeGreaterThan(10);
});

it('stays within 28 KB of UTF-8, with its title and its actions, and says that there is more', () => {
  const long = '漢'.repeat(600);
  const content = noticeContent(aNotice(), CONTEXT, 'Teams');
  const blocks = Array.from({ length: 60 }, () => ({
    kind: 'text' as const,
    lines: [[{ text: long }]],
  }));
  const message = teamsMessage({ ...content, blocks: [...blocks, ...content.blocks] });
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(MAX_CARD_BYTES);
  const { body, actions } = cardOf(message);
  expect(JSON.stringify(body[0])).toContain(content.title.slice(0, 20));
  expect(JSON.stringify(body.at(-1))).toContain('More is on the page');
  expect(actions.length).toBeGreaterThan(0);
});

it('security has a workflow of its own, where one is given', async () => {
  const parse = (value: object) => teams.targets(teams.part.schema.parse(value) ?? {});
  expect(parse({ url: 'https://a' }).security).toEqual({ channel: 'teams', target: 'platform' });
  expect(parse({ url: 'https://a', securityUrl: 'https://b' }).security?.target).toBe('security');
  const unset = teamsChannel({}, CONTEXT).send(aDelivery(), AbortSignal.timeout(1_000));
  await expect(unset).rejects.toMatchObject({ kind: 'operator' });
});

it.each([
  [{}, 'needs url or urlFile'],
  [{ url: 'teams.example.com' }, 'must be an http'],
  [{ url: 'https://a', securityUrl: 'javascript:alert(1)' }, 'must be an http'],
])('refuses %j', (value, message) => {
  const said: string[] = [];
  teams.part.check(teams.part.schema.parse(value), (_path, text) => void said.push(text));
  expect(said.join()).toContain(message);
});
