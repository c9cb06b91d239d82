import { describe, expect, test } from 'vitest';
import { fc } from '../../../test/support/properties.ts';
import type { Finding } from '../../model/finding.ts';
import { aNotice } from '../../../test/support/notify/deliveries.ts';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { LIMITS } from './limits.ts';
import { MINER } from '../../../test/support/notify/samples.ts';
import { noteContent } from '../../notify/content/noteContent.ts';
import type { Notice } from '../../store/notifications/notice.ts';
import { noticeContent } from '../noticeContent.ts';
import { renderMessage, renderReply, withMention } from './render.ts';
import { problemsOfMessage } from '../../../test/support/notify/blockKit.ts';

const CONTEXT = { currency: 'USD', externalUrl: 'https://burnwatch.example.com', kubeContext: 'p' };

function contentOf(notice: Notice) {
  return noticeContent(notice, CONTEXT, 'Slack');
}

/** What an attacker would write, among all else. */
const NASTY = [
  '<!channel>',
  '<!here|hi>',
  '<@U012AB3CD>',
  '<#C012AB3CD>',
  '<https://evil.example/|Open>',
  'https://evil.example/x',
  'evil.example.com',
  '@channel',
  '@here',
  '&lt;!channel&gt;',
  '`x` *bold* _it_ ~no~',
  '```\n<!everyone>\n```',
  ':rotating_light:',
  '\u202Egnp.exe',
  '\u0000\u001B[31m',
  '\uD800',
  '😀'.repeat(200),
  'x'.repeat(5_000),
  '<'.repeat(4_000),
  '&'.repeat(4_000),
  '`'.repeat(3_001),
  '\n'.repeat(50),
  '',
  ' ',
];

const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom(...NASTY, 'a', ' ', '.', '-'), { maxLength: 6 })
    .map((all) => all.join('')),
);
const number = fc.oneof(fc.double(), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e300));
const time = fc.integer({ min: 0, max: 4e12 });

const evidence = fc.record({
  signal: text,
  family: fc.constantFrom('level', 'spread', 'suppressor', 'spec' as const),
  value: fc.oneof(number, text, fc.constant(null)),
  threshold: fc.oneof(number, text, fc.constant(null)),
  unit: text,
  weight: number,
  text,
});

const finding: fc.Arbitrary<Finding> = fc
  .record({
    kind: fc.constantFrom(
      'cryptojacking',
      'budget',
      'posture',
      'data-quality',
      'cost-spike' as const,
    ),
    severity: fc.constantFrom('info', 'warning', 'critical' as const),
    state: fc.constantFrom('open', 'acknowledged', 'accepted', 'resolved' as const),
    rule: text,
    cluster: text,
    score: number,
    scope: fc.record({
      namespace: fc.option(text),
      workload: fc.option(fc.record({ kind: text, name: text })),
      container: fc.option(text),
      subject: fc.option(text),
    }),
    pods: fc.array(text, { maxLength: 8 }),
    owner: fc.option(text),
    startedAt: time,
    lastSeen: time,
    resolvedAt: fc.option(time),
    summary: text,
    evidence: fc.array(evidence, { maxLength: 8 }),
    next: fc.array(
      fc.record({
        command: text,
        effect: fc.constantFrom('read', 'contain', 'destroy' as const),
        why: text,
      }),
      { maxLength: 12 },
    ),
    costSoFarNano: fc.option(number),
    costPerMonth: fc.option(number),
    decision: fc.option(
      fc.record({ by: text, at: time, reason: fc.option(text), until: fc.option(time) }),
    ),
  })
  .map((more) => aFinding(more));

const notice = fc
  .record({
    findings: fc.array(finding, { minLength: 1, maxLength: 30 }),
    more: fc.nat({ max: 500 }),
    audience: fc.constantFrom('security', 'pager', 'owner', 'platform' as const),
    insteadOf: fc.option(text),
    note: fc.option(text),
    since: fc.option(time),
    dataUntil: fc.option(time),
    change: text,
  })
  .map(({ findings, more, change, ...rest }) =>
    aNotice(findings, {
      ...rest,
      total: findings.length === 1 ? 1 : findings.length + more,
      changes: findings.map(({ id }) => ({
        findingId: id,
        reason: 'worse' as const,
        text: change,
      })),
    }),
  );

describe('whatever the names, texts and numbers', () => {
  test('a message is valid Block Kit, and nothing in it mentions, links or hides', () => {
    fc.assert(
      fc.property(notice, fc.boolean(), (value, withImage) => {
        const image = withImage
          ? { fileId: 'F0123', altText: value.findings[0]?.summary ?? '' }
          : null;
        const message = renderMessage(contentOf(value), image);
        expect(problemsOfMessage(message, CONTEXT.externalUrl)).toEqual([]);
        expect(problemsOfMessage(renderReply(contentOf(value)), CONTEXT.externalUrl)).toEqual([]);
        expect(message.blocks.length).toBeLessThanOrEqual(LIMITS.blocks);
      }),
      { numRuns: 300 },
    );
  });

  test('so is a note, a line in a thread, and a message that mentions a user group', () => {
    const notes = fc.record({ title: text, lines: fc.array(text, { maxLength: 60 }) });
    fc.assert(
      fc.property(notes, ({ title, lines }) => {
        const note = { kind: 'note', audience: 'platform', title, lines } as const;
        const message = renderMessage(noteContent(note));
        expect(problemsOfMessage(message, null)).toEqual([]);
        expect(problemsOfMessage(renderReply(noteContent(note)), null)).toEqual([]);
        const mentioned = withMention(message, 'S0SHOPDEVS');
        const problems = problemsOfMessage(mentioned, null);
        // The one mention is ours, once in the text and once in the blocks.
        expect(problems).toEqual(Array(2).fill('markup <!subteam^S0SHOPDEVS>'));
      }),
      { numRuns: 200 },
    );
  });

  test('the longest of everything at once still fits', () => {
    for (const filler of ['&', '<', 'x', '😀', '`', 'a b ']) {
      const long = filler.repeat(4_000);
      const one = aFinding({
        summary: long,
        cluster: long,
        owner: long,
        rule: long,
        pods: Array(30).fill(long) as string[],
        scope: {
          namespace: long,
          workload: { kind: long, name: long },
          container: long,
          subject: long,
        },
        evidence: MINER.evidence.map((each) => ({ ...each, text: long })),
        next: Array.from({ length: 12 }, () => ({
          command: long,
          effect: 'read' as const,
          why: long,
        })),
        decision: { by: long, at: 0, reason: long, until: 1 },
      });
      for (const findings of [[one], Array<Finding>(25).fill(one)]) {
        const notice = aNotice(findings, { insteadOf: long, note: long });
        const message = renderMessage(contentOf(notice), { fileId: 'F0', altText: long });
        expect(problemsOfMessage(message, CONTEXT.externalUrl)).toEqual([]);
        expect(problemsOfMessage(renderReply(contentOf(notice)), CONTEXT.externalUrl)).toEqual([]);
      }
    }
  });
});
