import { lengthOf, stretchOf } from '../../detect/findings/stretch.ts';
import type { KnownBlock } from '@slack/web-api';
import type { Finding } from '../../model/finding.ts';
import type { FindingsNotice } from '../../store/notifications/notice.ts';
import {
  changeEvidence,
  orderedCommands,
  spreadEvidence,
  strongestEvidence,
  suppressors,
} from '../text/evidence.ts';
import {
  formatConfidence,
  formatCost,
  markOf,
  personName,
  type RenderContext,
} from '../../model/text/format.ts';
import { callSecurity } from '../text/callSecurity.ts';
import { headline } from '../text/noticeText.ts';
import { header, imageBlock, section, smallPrint } from './blocks.ts';
import { findingActions } from './actions.ts';
import { mrkdwn } from './limits.ts';
import type { UploadedImage } from './message.ts';
import { code, codeBlock, moment, prose } from './mrkdwn.ts';
import { formatDuration } from '../../model/text/units.ts';

/**
 * One finding, in the order in which somebody reads who was just woken: verdict and confidence,
 * where, still running?, since when, the strongest reasons, how far it spread, the money; then whether
 * to call security, and one first action. A finding that is over is calm: short and without buttons.
 */
export function renderFinding(
  notice: FindingsNotice,
  finding: Finding,
  context: RenderContext,
  image: UploadedImage | null,
): readonly KnownBlock[] {
  const isOver = finding.state === 'resolved' || finding.state === 'accepted';
  return [
    header(`${markOf(finding)} ${headline(finding)}`),
    section(whatHappened(finding)),
    { type: 'section', fields: facts(notice, finding, context).map(mrkdwn) },
    ...(isOver ? [] : [section(reasons(finding))]),
    ...(image === null ? [] : [imageBlock(image)]),
    ...(isOver ? [] : whatToDo(notice, finding, context)),
    smallPrint(small(notice, finding)),
    ...(isOver ? [] : [findingActions(finding, context)]),
  ];
}

function whatHappened(finding: Finding): string {
  const { decision, state } = finding;
  const summary = prose(finding.summary, 900);
  if (state === 'resolved') {
    return `Resolved after ${formatDuration(lengthOf(finding))}. It was: ${summary}`;
  }
  if (decision === null) return summary;
  const reason = decision.reason === null ? '' : `: ${prose(decision.reason, 300)}`;
  const until = decision.until === null ? '' : `, to be reviewed ${moment(decision.until)}`;
  const verb = state === 'accepted' ? 'Accepted' : 'Acknowledged';
  return `*${verb} by ${prose(personName(decision.by), 80)}*${reason}${until}.\n${summary}`;
}

function facts(
  { dataUntil, at }: FindingsNotice,
  finding: Finding,
  { currency }: RenderContext,
): readonly string[] {
  const { kind, pods, owner } = finding;
  const isOver = finding.state === 'resolved';
  const money = formatCost(finding, currency);
  const lasted = formatDuration(lengthOf(finding));
  return [
    `*Where*\n${place(finding)}`,
    `*Since*\n${moment(finding.startedAt)} (${lasted})\n${running(finding, dataUntil, at)}`,
    ...(kind === 'cryptojacking' && !isOver ? [`*Confidence*\n${formatConfidence(finding)}`] : []),
    ...(money === null ? [] : [`*Money*\n${money}`]),
    ...(pods.length === 0 || isOver ? [] : [`*Pods*\n${podList(pods)}`]),
    ...(owner === null ? [] : [`*Owner*\n${code(owner, 100)}`]),
  ];
}

/** Two short lines: cluster and namespace, then what in it. */
function place({ scope, cluster }: Finding): string {
  const { namespace, workload, container, subject } = scope;
  const around = [
    `cluster ${code(cluster, 100)}`,
    ...(namespace === null ? [] : [`namespace ${code(namespace, 100)}`]),
  ];
  const inside = [
    ...(workload === null ? [] : [`${prose(workload.kind, 60)} ${code(workload.name, 253)}`]),
    ...(container === null ? [] : [`container ${code(container, 100)}`]),
    ...(subject === null ? [] : [code(subject, 200)]),
  ];
  return [around, inside]
    .filter((line) => line.length > 0)
    .map((line) => line.join(', '))
    .join('\n');
}

/** Whether it still runs, and how far the data reach: a page about the past must say so. */
function running(finding: Finding, dataUntil: number | null, at: number): string {
  const { kind, state, lastSeen } = finding;
  if (state === 'resolved') return `resolved ${moment(stretchOf(finding).to)}`;
  const until = dataUntil ?? lastSeen;
  const gap = until - lastSeen;
  const still = RUNS.has(kind) ? 'still running' : 'still so';
  const seen = gap > 0 ? `last seen ${formatDuration(gap)} before the data end` : `*${still}*`;
  const age = at > until ? ` (${formatDuration(at - until)} old)` : '';
  return `${seen}, data until ${moment(until)}${age}`;
}

/** Kinds that are about something that runs. */
const RUNS: ReadonlySet<Finding['kind']> = new Set(['cryptojacking', 'cost-spike']);

function podList(pods: readonly string[]): string {
  const shown = pods.slice(0, 3).map((pod) => code(pod, 253));
  return [...shown, ...(pods.length > 3 ? [`and ${pods.length - 3} more`] : [])].join(', ');
}

function reasons(finding: Finding): string {
  const why = strongestEvidence(finding, 3).map(({ text }) => `• ${prose(text, 400)}`);
  const against = suppressors(finding).map(({ text }) => `• ${prose(text, 300)}`);
  const changed = changeEvidence(finding).map(({ text }) => prose(text, 300));
  const { length: pods } = finding.pods;
  const spread = [
    ...(pods > 1 ? [`${pods} pods`] : []),
    ...spreadEvidence(finding).map(({ text }) => prose(text, 300)),
  ];
  return [
    ...(why.length > 0 ? ['*Why*', ...why] : []),
    ...(spread.length > 0 ? [`*Spread*  ${spread.slice(0, 3).join('; ')}`] : []),
    ...(changed.length > 0 ? [`*Changed*  ${changed.join('; ')}`] : []),
    ...(against.length > 0 ? ['*Speaks against it*', ...against.slice(0, 2)] : []),
  ].join('\n');
}

function whatToDo(
  { audience }: FindingsNotice,
  finding: Finding,
  { kubeContext }: RenderContext,
): readonly KnownBlock[] {
  const steps = orderedCommands(finding, kubeContext);
  const [first, ...rest] = steps;
  const action =
    first === undefined ? '' : `*First, ${VERBS[first.effect]}*: ${prose(first.why, 300)}`;
  const advice = callSecurity(finding, audience);
  const security = advice === null ? '' : `*${advice.lead}*: ${advice.why}`;
  const lead = [security, action].filter((line) => line !== '').join('\n');
  const blocks: KnownBlock[] = [];
  if (lead !== '') blocks.push(section(lead));
  if (first !== undefined) blocks.push(section(codeBlock([first.command])));
  if (rest.length > 0) {
    const lines = rest.map(({ command, effect, why }) => `# ${effect}: ${why}\n${command}`);
    blocks.push(section(`*Then*\n${codeBlock(lines.flatMap((line) => line.split('\n')))}`));
  }
  return blocks;
}

/** What each effect asks of whoever reads; the effect's own name stands with it. */
const VERBS = { read: 'look (read)', contain: 'contain', destroy: 'stop (destroy)' } as const;

function small({ changes, insteadOf, note }: FindingsNotice, finding: Finding): string {
  const change = changes.find(({ findingId }) => findingId === finding.id);
  return [
    ...(change === undefined
      ? []
      : [`${change.reason.replaceAll('-', ' ')}: ${prose(change.text, 300)}`]),
    ...(insteadOf === null
      ? []
      : [`*Preview*: after the preview this goes to ${prose(insteadOf, 300)}`]),
    ...(note === null ? [] : [prose(note, 400)]),
    `${prose(finding.rule, 80)} · ${code(finding.id, 60)}`,
  ].join('\n');
}
