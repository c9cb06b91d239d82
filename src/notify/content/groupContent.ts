import type { Finding } from '../../model/finding.ts';
import {
  findingUrl,
  formatCost,
  formatScope,
  titleOf,
  markOf,
  pageUrl,
  type RenderContext,
} from '../../model/text/format.ts';
import { formatMinute } from '../../model/text/units.ts';
import type { FindingsNotice } from '../../store/notifications/notice.ts';
import {
  code,
  joined,
  strong,
  text,
  type Block,
  type Line,
  type MessageContent,
} from './content.ts';
import { findingsBase, headline, remarks } from './findingContent.ts';

const LISTED = 15;
const LINES_A_BLOCK = 5;

/** Several findings that belong together: one list, the most severe first. */
export function groupContent(notice: FindingsNotice, context: RenderContext): MessageContent {
  const { findings, total, dataUntil, since } = notice;
  const shown = findings.slice(0, LISTED);
  const lines = shown.map((finding) => findingLine(finding, context));
  const about: Line[] = [
    ...(since === null ? [] : [[{ text: 'the oldest was first seen ' }, { time: since }]]),
    ...(dataUntil === null ? [] : [[{ text: 'data until ' }, { time: dataUntil }]]),
    ...remarks(notice),
  ];
  const url = pageUrl('/findings', context);
  const blocks: Block[] = [{ kind: 'text', lines: [lead(notice)] }];
  for (let from = 0; from < lines.length; from += LINES_A_BLOCK)
    blocks.push({ kind: 'text', lines: lines.slice(from, from + LINES_A_BLOCK) });
  const rest = total - shown.length;
  if (rest > 0) blocks.push({ kind: 'text', lines: [moreLine(rest, url)] });
  if (about.length > 0) blocks.push({ kind: 'small', lines: [joined(about, ' · ')] });
  // A group has no decisions of its own: each finding's page has.
  if (url !== null)
    blocks.push({ kind: 'actions', actions: [{ kind: 'open', label: 'Open the list', url }] });
  return {
    ...findingsBase(notice, groupLine(notice)),
    title: `${groupMark(findings)} ${groupTitle(notice)}`,
    blocks,
  };
}

/** What the group has in common, as far as it has: one kind, one namespace, one rule. */
function groupTitle({ findings, total, since }: FindingsNotice): string {
  const kinds = [...new Set(findings.map((finding) => titleOf(finding)))];
  const namespaces = [...new Set(findings.map(({ scope }) => scope.namespace))];
  const [kind] = kinds;
  const what = kinds.length === 1 && kind !== undefined ? kind : 'Findings';
  const where = namespaces.length === 1 && namespaces[0] ? ` in ${namespaces[0]}` : '';
  const open = findings.filter(({ state }) => state !== 'resolved').length;
  if (open === 0) return `All ${total} resolved: ${what}${where}`;
  const counted = kinds.length === 1 ? `${total} × ${what}` : `${total} findings`;
  return since === null ? `${counted}${where}` : `Already open: ${counted}${where}`;
}

function groupLine({ findings, total, since, changes }: FindingsNotice): string {
  const open = findings.filter(({ state }) => state !== 'resolved').length;
  const what = since === null ? `${total} findings` : `${total} findings were already open`;
  const when = since === null ? '' : `, open since ${formatMinute(since)} or later`;
  const names = findings.slice(0, 5).map(headline).join('; ');
  const more = total > 5 ? ` and ${total - 5} more` : '';
  return `[${changes[0]?.reason ?? 'update'}] ${what}${when} (${open} of those shown open): ${names}${more}`;
}

function lead({ findings, total, since }: FindingsNotice): Line {
  const critical = findings.filter((f) => f.severity === 'critical' && f.state === 'open').length;
  const open = findings.filter(({ state }) => state === 'open').length;
  const why =
    since === null
      ? 'They opened at the same time, so they share one message.'
      : 'They were already open when Burnwatch could first notify you (sent once).';
  return [
    text(`${open} of ${Math.min(total, findings.length)} open`),
    ...(critical > 0 ? [{ text: ', ' }, strong(`${critical} critical`)] : []),
    text(`. ${why}`),
  ];
}

function findingLine(finding: Finding, context: RenderContext): Line {
  const url = findingUrl(finding, context);
  const money = formatCost(finding, context.currency);
  const state = { text: finding.state, style: 'emphasis' } as const;
  return [
    { text: `${markOf(finding)} ` },
    code(formatScope(finding), 200),
    ...(finding.state === 'open' ? [] : [{ text: ' ' }, state]),
    { text: ' ' },
    text(finding.summary, 250),
    ...(money === null ? [] : [{ text: ` (${money})` }]),
    ...(url === null ? [] : [{ text: ' · ' }, { url, label: 'open' }]),
  ];
}

function moreLine(rest: number, url: string | null): Line {
  const where: Line =
    url === null
      ? [code('burnwatch findings'), { text: ' lists them all' }]
      : [{ url, label: 'see them all' }];
  return [{ text: `and ${rest} more: ` }, ...where];
}

function groupMark(findings: readonly Finding[]): string {
  const open = findings.filter(({ state }) => state === 'open');
  const worst =
    open.find(({ severity }) => severity === 'critical') ??
    open.find(({ severity }) => severity === 'warning') ??
    open[0] ??
    findings[0];
  return worst === undefined ? '🟢' : markOf(worst);
}
