import type { KnownBlock } from '@slack/web-api';
import { pageUrl, type RenderContext } from '../../model/text/format.ts';
import { header, imageBlock, section, smallPrint } from './blocks.ts';
import type { UploadedImage } from './message.ts';
import { code, codeBlock, link, prose } from './mrkdwn.ts';
import type { DigestNotice, OwnerDigestNotice } from '../../store/notifications/notice.ts';
import type { Digest, ForecastLine, Saving, Savings, Spend } from '../../store/digests/digest.ts';
import { IDLE } from '../../digest/spend/dailySpend.ts';
import {
  abuseText,
  budgetState,
  caveats,
  dataText,
  efficiencyText,
  findingText,
  forecastText,
  gapText,
  ownerTexts,
  postureText,
  priceTexts,
  savingsText,
} from '../../digest/text/sentences.ts';
import { BASIS } from '../../digest/text/renderText.ts';
import { changeText, keyText, weekText, whyText } from '../../digest/text/words.ts';
import { formatMoney, plural, formatNano, formatShare } from '../../model/text/units.ts';

const NAMESPACES = 8;
const OWNERS = 6;
/** A patch that is longer is left to the page: a message is read, not scrolled. */
const PATCH_MAX = 900;

/** The platform's digest: the bill and why it changed, who spent it, what can be saved, what to look after. */
export function renderDigestBlocks(
  { digest, lines }: DigestNotice,
  context: RenderContext,
  image: UploadedImage | null,
): readonly KnownBlock[] {
  const { currency, week, cluster, total, namespaces, owners, idle, timezone } = digest;
  const idleSpend = { ...idle, key: IDLE, efficiency: null };
  const minor = [
    `*Efficiency*  ${prose(efficiencyText(digest.efficiency), 400)}`,
    `*Abuse*  ${prose(abuseText(digest.abuse, currency), 900)}`,
    `*Posture*  ${prose(postureText(digest.posture), 900)}`,
    ...digest.findings.slice(0, 6).map((count) => `• ${prose(findingText(count), 200)}`),
  ];
  const care = [
    `*Data*  ${prose(dataText(digest), 300)}`,
    ...digest.coverage.gaps.slice(0, 3).map((gap) => `• ${prose(gapText(gap, timezone), 300)}`),
    ...ownerTexts(digest).map((text) => `*Owners*  ${prose(text, 900)}`),
    ...priceTexts(digest).map((text) => `*Prices*  ${prose(text, 600)}`),
  ];
  return [
    header(`${cluster}: week ${week.name} cost ${formatNano(total.nano, currency)}`),
    section(
      [
        `${prose(weekText(digest), 100)}${amountLine(total, currency)}`,
        ...whyLines(total, currency, 5),
        ...caveats(digest).map((text) => `⚠️ ${prose(text, 400)}`),
      ].join('\n'),
    ),
    ...(image === null ? [] : [imageBlock(image)]),
    ...spendBlocks('By namespace', namespaces, NAMESPACES, currency, [idleSpend]),
    // Why is said by namespace already.
    ...spendBlocks('By owner', owners.map(withoutReasons), OWNERS, currency, []),
    ...forecastBlocks(digest.forecast, currency),
    { type: 'divider' },
    ...savingsBlocks(digest.savings, currency),
    { type: 'divider' },
    section(minor.join('\n')),
    section(care.join('\n')),
    footer(digest, lines, context),
  ];
}

/** One owner's digest: short, theirs only. */
export function renderOwnerDigestBlocks({
  frame,
  digest,
  lines,
}: OwnerDigestNotice): readonly KnownBlock[] {
  const { currency, week, cluster } = frame;
  const { spend, namespaces, workloads, budgets, savings, findings } = digest;
  const dearest = workloads.map((workload) => {
    const change = changeText(workload, currency);
    return `• ${code(workload.key, 200)} ${formatNano(workload.nano, currency)}${change === '' ? '' : ` ${prose(change)}`}`;
  });
  return [
    header(`Your week ${week.name} on ${cluster}: ${formatNano(spend.nano, currency)}`),
    section(
      [
        `${code(digest.owner, 100)}, ${prose(weekText(frame), 100)}${amountLine(spend, currency)}`,
        ...whyLines(spend, currency, 4),
        ...caveats(frame).map((text) => `⚠️ ${prose(text, 400)}`),
      ].join('\n'),
    ),
    ...(namespaces.length > 1 ? spendBlocks('By namespace', namespaces, 4, currency, []) : []),
    ...(dearest.length === 0 ? [] : [section(['*Dearest workloads*', ...dearest].join('\n'))]),
    ...forecastBlocks(budgets, currency),
    ...savingsBlocks(savings, currency, digest.owner),
    ...(findings.length === 0
      ? []
      : [
          section(
            findings
              .slice(0, 6)
              .map((count) => `• ${prose(findingText(count), 200)}`)
              .join('\n'),
          ),
        ]),
    footer(frame, lines, null),
  ];
}

function amountLine(
  amount: Omit<Spend, 'key' | 'sharedNano' | 'efficiency' | 'efficiencyBefore' | 'coverage'>,
  currency: string,
): string {
  const change = changeText(amount, currency);
  return change === '' ? '' : `\n*${prose(change)}* against the week before`;
}

function whyLines(
  { reasons }: Pick<Spend, 'reasons'>,
  currency: string,
  count: number,
): readonly string[] {
  if (reasons.length === 0) return [];
  return [`*Why*  ${prose(whyText(reasons, currency, { count }), 1_200)}`];
}

function withoutReasons(spend: Spend): Spend {
  return { ...spend, reasons: [] };
}

function spendBlocks(
  title: string,
  spends: readonly Spend[],
  count: number,
  currency: string,
  extra: readonly Pick<Spend, 'key' | 'nano' | 'beforeNano' | 'reasons' | 'efficiency'>[],
): readonly KnownBlock[] {
  if (spends.length === 0) return [];
  const rest = spends.slice(count);
  const restNano = rest.reduce((sum, { nano }) => sum + nano, 0);
  const lines = [
    ...spends.slice(0, count).map((spend) => spendLine(spend, currency)),
    ...(rest.length === 0
      ? []
      : [`• ${plural(rest.length, 'other')} ${formatNano(restNano, currency)}`]),
    ...extra.map((spend) => spendLine(spend, currency)),
  ];
  return [section([`*${title}*`, ...lines].join('\n'))];
}

function spendLine(
  {
    key,
    nano,
    beforeNano,
    reasons,
    efficiency,
  }: Pick<Spend, 'key' | 'nano' | 'beforeNano' | 'reasons' | 'efficiency'>,
  currency: string,
): string {
  const change = changeText({ nano, beforeNano }, currency);
  const why = whyText(reasons, currency, { count: 2, names: 1, within: key });
  return [
    `• ${code(keyText(key), 100)} *${formatNano(nano, currency)}*`,
    ...(change === '' ? [] : [prose(change)]),
    ...(efficiency === null ? [] : [`${formatShare(efficiency)} used`]),
    ...(why === '' ? [] : [`_${prose(why, 300)}_`]),
  ].join('  ');
}

const MARKS = { over: '🔴', near: '🟠', fine: '🟢', none: '•' } as const;

function forecastBlocks(
  forecast: readonly ForecastLine[],
  currency: string,
): readonly KnownBlock[] {
  if (forecast.length === 0) return [];
  const lines = forecast.slice(0, 8).map((line) => {
    const name = line.budget === null ? 'cluster' : line.budget.key;
    return `${MARKS[budgetState(line)]} ${code(name, 100)} ${prose(forecastText(line, currency), 300)}`;
  });
  return [section(['*Forecast to the month’s end*', ...lines].join('\n'))];
}

/** @param reader the owner who reads it, whose name is not repeated */
function savingsBlocks(
  savings: Savings,
  currency: string,
  reader: string | null = null,
): readonly KnownBlock[] {
  const told = savings.top.map((saving) =>
    saving.owner === reader ? { ...saving, owner: null } : saving,
  );
  return [
    section(`*Savings*  ${prose(savingsText(savings, currency), 500)}`),
    ...told.map((saving, index) => section(savingText(saving, index, currency))),
  ];
}

function savingText(saving: Saving, index: number, currency: string): string {
  const { namespace, workload, owner, perMonth, changes, confidence, notes, patch } = saving;
  const whose = owner === null ? '' : `, ${code(owner, 60)}`;
  const shown = [
    `*${index + 1}.* ${code(`${namespace}/${workload.kind}/${workload.name}`, 200)}${whose}  *${formatMoney(perMonth, currency)} a month*, ${prose(confidence)} confidence`,
    ...changes.slice(0, 4).map((change) => prose(change, 150)),
    ...notes.slice(0, 2).map((note) => `_${prose(note, 150)}_`),
  ];
  const commands =
    patch.length <= PATCH_MAX
      ? codeBlock(
          patch
            .split('\n')
            .filter((line) => !line.startsWith('# ') || patch.includes('Managed by')),
        )
      : `_The patch is too long for a message:_ ${code(`burnwatch recommend -n ${namespace} -o patch`, 200)}`;
  return [...shown, commands].join('\n');
}

/** @param context null for owners: the whole digest is not theirs to see */
function footer(
  { week, priceBasis, cluster }: Pick<Digest, 'week' | 'priceBasis' | 'cluster'>,
  lines: readonly string[],
  context: RenderContext | null,
): KnownBlock {
  const parts = [prose(cluster, 80), BASIS[priceBasis]];
  if (context !== null) parts.push(wholeDigest(week.name, context));
  const text = [...lines.map((line) => prose(line, 600)), parts.join(' · ')];
  return smallPrint(text.join('\n'));
}

function wholeDigest(week: string, context: RenderContext): string {
  const url = pageUrl(`/digests/${week}`, context);
  if (url === null) return code(`burnwatch digest --week ${week} --dry-run`);
  return link(url, 'open the whole digest');
}
