import type { KnownBlock } from '@slack/web-api';
import type { Finding } from '../../model/finding.ts';
import type { FindingsNotice } from '../../store/notifications/notice.ts';
import {
  findingUrl,
  formatCost,
  formatScope,
  KIND_NAMES,
  markOf,
  pageUrl,
} from '../../model/text/format.ts';
import type { RenderContext } from '../../model/text/format.ts';
import { header, section, smallPrint } from './blocks.ts';
import { plainText } from './limits.ts';
import { ACTION_IDS } from './message.ts';
import { code, link, moment, prose } from './mrkdwn.ts';

const LISTED = 15;

/** Several findings that belong together: one list, the most severe first, what is over struck calm. */
export function renderGroup(notice: FindingsNotice, context: RenderContext): readonly KnownBlock[] {
  const { findings, total, dataUntil, insteadOf, note, since } = notice;
  const shown = findings.slice(0, LISTED);
  const rest = total - shown.length;
  const about = [
    ...(since === null ? [] : [`the oldest was first seen ${moment(since)}`]),
    ...(dataUntil === null ? [] : [`data until ${moment(dataUntil)}`]),
    ...(insteadOf === null
      ? []
      : [`*Preview*: after the preview this goes to ${prose(insteadOf, 300)}`]),
    ...(note === null ? [] : [prose(note, 400)]),
  ];
  return [
    header(`${mark(findings)} ${groupTitle(notice)}`),
    section(lead(notice)),
    ...chunk(
      shown.map((finding) => line(finding, context)),
      5,
    ).map((lines) => section(lines.join('\n'))),
    ...(rest > 0 ? [moreBlock(rest, context)] : []),
    ...(about.length === 0 ? [] : [smallPrint(about.join(' · '))]),
    ...openAll(context),
  ];
}

/** A group has no decisions of its own: each finding's page has. */
function openAll(context: RenderContext): readonly KnownBlock[] {
  const url = pageUrl('/findings', context);
  if (url === null) return [];
  const button = {
    type: 'button',
    action_id: ACTION_IDS.open,
    text: plainText('Open the list'),
    url,
  } as const;
  return [{ type: 'actions', elements: [button] }];
}

/** What the group has in common, as far as it has: one kind, one namespace, one rule. */
function groupTitle({ findings, total, since }: FindingsNotice): string {
  const kinds = [...new Set(findings.map(({ kind }) => kind))];
  const namespaces = [...new Set(findings.map(({ scope }) => scope.namespace))];
  const [kind] = kinds;
  const what = kinds.length === 1 && kind !== undefined ? KIND_NAMES[kind] : 'Findings';
  const where = namespaces.length === 1 && namespaces[0] ? ` in ${namespaces[0]}` : '';
  const open = findings.filter(({ state }) => state !== 'resolved').length;
  if (open === 0) return `All ${total} resolved: ${what}${where}`;
  const counted = kinds.length === 1 ? `${total} × ${what}` : `${total} findings`;
  return since === null ? `${counted}${where}` : `Already open: ${counted}${where}`;
}

function lead({ findings, total, since }: FindingsNotice): string {
  const critical = findings.filter((f) => f.severity === 'critical' && f.state === 'open').length;
  const open = findings.filter(({ state }) => state === 'open').length;
  const counts = `${open} of ${Math.min(total, findings.length)} open`;
  const worst = critical > 0 ? `, *${critical} critical*` : '';
  const why =
    since === null
      ? 'They opened at the same time, so they share one message.'
      : 'They were already open when Burnwatch could first notify you (sent once).';
  return `${counts}${worst}. ${why}`;
}

function line(finding: Finding, context: RenderContext): string {
  const url = findingUrl(finding, context);
  const name = code(formatScope(finding), 200);
  const money = formatCost(finding, context.currency);
  const details = url === null ? '' : ` · ${link(url, 'open')}`;
  const state = finding.state === 'open' ? '' : ` _${finding.state}_`;
  return `${markOf(finding)} ${name}${state} ${prose(finding.summary, 250)}${money === null ? '' : ` (${money})`}${details}`;
}

function moreBlock(rest: number, context: RenderContext): KnownBlock {
  const url = pageUrl('/findings', context);
  const where = url === null ? '`burnwatch findings` lists them all' : link(url, 'see them all');
  return section(`and ${rest} more: ${where}`);
}

function mark(findings: readonly Finding[]): string {
  const open = findings.filter(({ state }) => state === 'open');
  const worst =
    open.find(({ severity }) => severity === 'critical') ??
    open.find(({ severity }) => severity === 'warning') ??
    open[0] ??
    findings[0];
  return worst === undefined ? '🟢' : markOf(worst);
}

function chunk<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const chunks: (readonly T[])[] = [];
  for (let from = 0; from < items.length; from += size) chunks.push(items.slice(from, from + size));
  return chunks;
}
