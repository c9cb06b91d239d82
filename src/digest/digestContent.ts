import {
  code,
  strong,
  text,
  type Block,
  type Inline,
  type Line,
  type MessageContent,
} from '../notify/content/content.ts';
import { cleanText } from '../model/text/clean.ts';
import { pageUrl, type RenderContext } from '../model/text/format.ts';
import { formatMoney, formatNano, formatShare, plural } from '../model/text/units.ts';
import type {
  Digest,
  ForecastLine,
  Saving,
  DigestSavings,
  Spend,
} from '../store/digests/digest.ts';
import type {
  DigestFrame,
  DigestNotice,
  OwnerDigestNotice,
} from '../store/notifications/notice.ts';
import { IDLE_KEY } from './spend/dailySpend.ts';
import { BASIS } from './text/renderText.ts';
import {
  abuseText,
  budgetState,
  caveats,
  dataText,
  efficiencyText,
  findingText,
  forecastName,
  forecastText,
  gapText,
  headlineText,
  ownerHeadlineText,
  ownerTexts,
  postureText,
  priceTexts,
  savingName,
  savingsText,
} from './text/sentences.ts';
import { changeText, keyText, weekText, whyText } from './text/words.ts';

const NAMESPACES = 8;
const OWNERS = 6;
const CLUSTERS = 8;
/** A longer patch is left to the page. */
const PATCH_MAX = 900;

/** The platform's digest: the bill and why it changed, who spent it, what can be saved, what needs care. */
export function digestContent(
  { digest, lines }: DigestNotice,
  context: RenderContext,
): MessageContent {
  const { currency, week, cluster, total, namespaces, owners, idle, timezone } = digest;
  const idleSpend = { ...idle, key: IDLE_KEY, efficiency: null };
  return {
    ...digestBase([headlineText(digest), ...lines]),
    title: `${cluster}: week ${week.name} cost ${formatNano(total.nano, currency)}`,
    blocks: [
      { kind: 'text', lines: bill([text(weekText(digest), 100)], digest, total, 5) },
      { kind: 'picture' },
      ...spendBlocks('By cluster', digest.clusters ?? [], CLUSTERS, currency),
      ...spendBlocks('By namespace', namespaces, NAMESPACES, currency, [idleSpend]),
      // The reasons stand with the namespaces.
      ...spendBlocks(
        'By owner',
        owners.map((spend) => ({ ...spend, reasons: [] })),
        OWNERS,
        currency,
      ),
      ...forecastBlocks(digest.forecast, currency, digest.clusters && 'all clusters'),
      { kind: 'divider' },
      ...savingsBlocks(digest.savings, currency),
      { kind: 'divider' },
      {
        kind: 'text',
        lines: [
          labelled('Efficiency', efficiencyText(digest.efficiency)),
          labelled('Abuse', abuseText(digest.abuse, currency)),
          labelled('Posture', postureText(digest.posture)),
          ...digest.findings.slice(0, 6).map((count) => bullet(text(findingText(count), 200))),
        ],
      },
      {
        kind: 'text',
        lines: [
          labelled('Data', dataText(digest)),
          ...digest.coverage.gaps
            .slice(0, 3)
            .map((gap) => bullet(text(gapText(gap, timezone), 300))),
          ...ownerTexts(digest).map((owner) => labelled('Owners', owner)),
          ...priceTexts(digest).map((price) => labelled('Prices', price)),
        ],
      },
      footer(digest, lines, wholeDigest(digest, context)),
    ],
  };
}

/** One owner's digest: short, and with nothing of other owners. */
export function ownerDigestContent({ frame, digest, lines }: OwnerDigestNotice): MessageContent {
  const { currency, week, cluster } = frame;
  const { owner, spend, namespaces, workloads, budgets, savings, findings } = digest;
  const dearest = workloads.map((workload) =>
    bullet(
      code(workload.key, 200),
      { text: ` ${formatNano(workload.nano, currency)} ` },
      text(changeText(workload, currency)),
    ),
  );
  const about = [code(owner, 100), { text: ', ' }, text(weekText(frame), 100)];
  return {
    ...digestBase([ownerHeadlineText(digest, frame), ...lines]),
    title: `Your week ${week.name} on ${cluster}: ${formatNano(spend.nano, currency)}`,
    blocks: [
      { kind: 'text', lines: bill(about, frame, spend, 4) },
      ...(namespaces.length > 1 ? spendBlocks('By namespace', namespaces, 4, currency) : []),
      ...listBlocks('Most expensive workloads', dearest),
      ...forecastBlocks(budgets, currency),
      ...savingsBlocks(savings, currency, owner),
      ...listBlocks(
        'Findings',
        findings.slice(0, 6).map((count) => bullet(text(findingText(count), 200))),
      ),
      footer(frame, lines),
    ],
  };
}

function digestBase(line: readonly string[]) {
  const [status, finding, changes] = ['digest' as const, null, []];
  return { line: cleanText(line.join('. ')), status, finding, changes };
}

function labelled(label: string, value: string): Line {
  return [strong(label), { text: '  ' }, text(value, 1_200)];
}

function bullet(...parts: Line): Line {
  return [{ text: '• ' }, ...parts];
}

function listBlocks(title: string, lines: readonly Line[]): readonly Block[] {
  return lines.length === 0 ? [] : [{ kind: 'text', lines: [[strong(title)], ...lines] }];
}

/** The week's amount, its change with the reasons, and what limits both. */
function bill(
  about: Line,
  frame: DigestFrame,
  spend: Pick<Spend, 'nano' | 'beforeNano' | 'reasons'>,
  count: number,
): readonly Line[] {
  const change = changeText(spend, frame.currency);
  const why = whyText(spend.reasons, frame.currency, { count });
  return [
    about,
    ...(change === '' ? [] : [[strong(change), { text: ' against the week before' }]]),
    ...(why === '' ? [] : [labelled('Why', why)]),
    ...caveats(frame).map((caveat) => [{ text: '⚠️ ' }, text(caveat, 400)]),
  ];
}

type SpendLine = Pick<Spend, 'key' | 'nano' | 'beforeNano' | 'reasons' | 'efficiency'>;

function spendBlocks(
  title: string,
  spends: readonly SpendLine[],
  count: number,
  currency: string,
  extra: readonly SpendLine[] = [],
): readonly Block[] {
  if (spends.length === 0) return [];
  const rest = spends.slice(count);
  const restNano = rest.reduce((sum, { nano }) => sum + nano, 0);
  const others = `${plural(rest.length, 'other')} ${formatNano(restNano, currency)}`;
  return listBlocks(title, [
    ...spends.slice(0, count).map((spend) => spendLine(spend, currency)),
    ...(rest.length === 0 ? [] : [bullet({ text: others })]),
    ...extra.map((spend) => spendLine(spend, currency)),
  ]);
}

function spendLine(spend: SpendLine, currency: string): Line {
  const { key, nano, reasons, efficiency } = spend;
  const why = whyText(reasons, currency, { count: 2, names: 1, within: key });
  const more: Inline[] = [
    text(changeText(spend, currency)),
    { text: efficiency === null ? '' : `${formatShare(efficiency)} used` },
    { ...text(why, 300), style: 'emphasis' },
  ];
  return bullet(
    code(keyText(key), 100),
    { text: ' ' },
    strong(formatNano(nano, currency)),
    ...more.flatMap((part) => ('text' in part && part.text === '' ? [] : [{ text: '  ' }, part])),
  );
}

const MARKS = { over: '🔴', near: '🟠', fine: '🟢', none: '•' } as const;

function forecastBlocks(
  forecast: readonly ForecastLine[],
  currency: string,
  whole = 'cluster',
): readonly Block[] {
  const lines = forecast
    .slice(0, 8)
    .map((line) => [
      { text: `${MARKS[budgetState(line)]} ` },
      code(forecastName(line, whole), 100),
      { text: ' ' },
      text(forecastText(line, currency), 300),
    ]);
  return listBlocks('Forecast to the month’s end', lines);
}

/** @param reader the owner who reads it, whose name is not repeated */
function savingsBlocks(
  savings: DigestSavings,
  currency: string,
  reader: string | null = null,
): readonly Block[] {
  return [
    { kind: 'text', lines: [labelled('Savings', savingsText(savings, currency))] },
    ...savings.top.flatMap((saving, index) => savingBlocks(saving, index, currency, reader)),
  ];
}

function savingBlocks(
  saving: Saving,
  index: number,
  currency: string,
  reader: string | null,
): readonly Block[] {
  const { cluster, namespace, owner, perMonth, changes, confidence, notes, patch } = saving;
  const lines: readonly Line[] = [
    [
      strong(`${index + 1}.`),
      { text: ' ' },
      code(savingName(saving), 200),
      ...(owner === null || owner === reader ? [] : [{ text: ', ' }, code(owner, 60)]),
      { text: '  ' },
      strong(`${formatMoney(perMonth, currency)} a month`),
      text(`, ${confidence} confidence`),
    ],
    ...changes.slice(0, 4).map((change) => [text(change, 150)]),
    ...notes.slice(0, 2).map((note) => [{ ...text(note, 150), style: 'emphasis' } as const]),
  ];
  if (patch.length > PATCH_MAX) {
    const command = code(
      `burnwatch recommend -n ${namespace}${cluster === undefined ? '' : ` --cluster ${cluster}`} -o patch`,
      200,
    );
    const why = { text: 'The patch is too long for a message:', style: 'emphasis' } as const;
    return [{ kind: 'text', lines: [...lines, [why, { text: ' ' }, command]] }];
  }
  const isManaged = patch.includes('Managed by');
  const commands = patch.split('\n').filter((line) => isManaged || !line.startsWith('# '));
  return [
    { kind: 'text', lines },
    { kind: 'commands', title: null, commands },
  ];
}

/** @param whole where the whole digest is; none for owners, who may not read it */
function footer(
  { priceBasis, cluster }: DigestFrame,
  lines: readonly string[],
  ...whole: readonly Inline[]
): Block {
  const about = [
    text(`${cluster} · ${BASIS[priceBasis]}`, 200),
    ...whole.flatMap((part) => [{ text: ' · ' }, part]),
  ];
  return { kind: 'small', lines: [...lines.map((line) => [text(line)]), about] };
}

function wholeDigest({ week: { name }, clusters }: Digest, context: RenderContext): Inline {
  const all = clusters === undefined ? '' : '?clusters=all';
  const url = pageUrl(`/digests/${name}${all}`, context);
  if (url === null) return code(`burnwatch digest --week ${name} --dry-run`);
  return { url, label: 'open the whole digest' };
}
