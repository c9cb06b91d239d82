import { readCluster } from '../../detect/keptCluster.ts';
import { placeOwners } from '../../detect/posture/placeOwners.ts';
import { SCOPES, type PostureScope } from '../../detect/posture/check.ts';
import { checkJson, type CheckJson } from '../../detect/posture/checkJson.ts';
import {
  evaluatePosture,
  failedByScope,
  type FailedByScope,
  type NamespacePosture,
} from '../../detect/posture/evaluate.ts';
import { listTrends, type ListTrend } from '../../detect/posture/listTrends.ts';
import { ADMIN_PATH } from '../../detect/posture/checks/access/pathCheck.ts';
import { readPosturePast, type PostureTrend } from '../../detect/posture/readTrend.ts';
import { namespaceUse } from '../../detect/posture/namespaceUse.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
import type { WorkloadEvent } from '../../model/workloadEvent.ts';
import type { PostureInput } from '../../detect/posture/postureInput.ts';
import { isVisible, type AnswerContext, type Whose } from './answerContext.ts';

export interface PostureAsk extends Whose {
  readonly namespace: string | null;
  /** Null: all. */
  readonly scope?: PostureScope | null;
}

export interface PostureView {
  /** Without single results unless one namespace was asked for; ways to cluster-admin are always listed. */
  readonly namespaces: readonly NamespacePostureData[];
  /** When the cluster was so; null in a history that has not kept it yet. */
  readonly asOf: TimeMs | null;
  /** How long each list of failures is, over these namespaces, and how that went. */
  readonly lists: readonly ListTrend[];
  /** Who got and lost which right in the last 30 days, the latest first. */
  readonly changes: readonly WorkloadEvent[];
}

/** A namespace's posture as plain data: checks without their functions. */
export interface NamespacePostureData extends Omit<NamespacePosture, 'checks'> {
  readonly checks: readonly CheckJson[];
  /** Null: no owner is named. */
  readonly owner: string | null;
  readonly trend: PostureTrend;
  readonly failedByScope: FailedByScope;
}

const CHANGES_MS = 30 * DAY_MS;
const MOST_CHANGES = 200;
const SUBJECTS = new Set(['ServiceAccount', 'User', 'Group']);

/** Days of history that quotas are judged by. */
const DAYS = 28;

/** How the namespaces stand; every failure where one of them was asked for. */
export async function answerPosture(
  { namespaces, namespace, scope = null }: PostureAsk,
  context: AnswerContext,
): Promise<PostureView> {
  const { watermark, asOf, all } = await context.perWindow(`posture ${scope ?? ''}`, () =>
    readPosture(context, scope),
  );
  const isOwn = isVisible({ namespaces });
  const chosen = all.filter(
    (one) => isOwn(one.namespace) && (namespace === null || one.namespace === namespace),
  );
  const lists = listTrends(
    chosen.map((one) => one.failedByScope),
    chosen.map(({ trend }) => trend),
  );
  const changes = await readChanges(context, { namespaces, namespace }, watermark);
  if (namespace !== null) return { asOf, namespaces: chosen, lists, changes };
  const brief = chosen.map((one) => ({
    ...one,
    checks: one.checks.map((check) =>
      check.id === ADMIN_PATH ? check : { ...check, results: [] },
    ),
  }));
  return { asOf, namespaces: brief, lists, changes };
}

/** Of users, groups and service accounts; the workloads that run with these have them on their own time line. */
async function readChanges(
  { reader }: AnswerContext,
  { namespaces, namespace }: PostureAsk,
  watermark: TimeMs | null,
): Promise<PostureView['changes']> {
  const to = watermark ?? 0;
  const of = { namespace, namespaces, workload: null, type: 'access' } as const;
  const events = await reader.workloadEvents({
    ...of,
    from: to - CHANGES_MS,
    to: to + 1,
    limit: MOST_CHANGES,
  });
  return events.filter(({ workload }) => SUBJECTS.has(workload.kind)).toReversed();
}

async function readPosture(
  context: AnswerContext,
  scope: PostureScope | null,
): Promise<{
  readonly watermark: TimeMs | null;
  readonly asOf: TimeMs | null;
  readonly all: readonly NamespacePostureData[];
}> {
  const { watermark } = await context.reader.status();
  const use =
    watermark === null ? null : await context.perHour('use', () => readUse(context, watermark));
  const kept = await readCluster(context.reader);
  if (kept === null) return { watermark, asOf: null, all: [] };
  const { asOf } = kept;
  const input = { ...kept.posture, use };
  const { calls, trends } = await context.perWindow('posture past', () =>
    readPosturePast(context.reader),
  );
  const owners = placeOwners(input, context.config().owners);
  const policy = context.thresholds().posture;
  const scopes = scope === null ? SCOPES : [scope];
  const evaluated = evaluatePosture({ ...input, calls }, { ...policy, scopes });
  return {
    watermark,
    asOf,
    all: evaluated.map(({ checks, ...rest }) => ({
      ...rest,
      checks: checks.map(checkJson),
      owner: owners.get(rest.namespace) ?? null,
      trend: trends.get(rest.namespace) ?? [],
      failedByScope: failedByScope({ checks, ...rest }),
    })),
  };
}

/** What namespaces used lately: four weeks of sketches. */
async function readUse({ reader }: AnswerContext, watermark: TimeMs): Promise<PostureInput['use']> {
  const from = watermark - DAYS * DAY_MS;
  return namespaceUse(await reader.containerDays({ from, to: watermark, namespaces: null }));
}
