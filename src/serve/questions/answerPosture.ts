import { SCOPES, type PostureScope } from '../../detect/posture/check.ts';
import { checkJson, type CheckJson } from '../../detect/posture/checkJson.ts';
import { evaluatePosture, type NamespacePosture } from '../../detect/posture/evaluate.ts';
import { ADMIN_PATH } from '../../detect/posture/checks/access/pathCheck.ts';
import { readPosturePast } from '../../detect/posture/readTrend.ts';
import { namespaceUse } from '../../detect/posture/namespaceUse.ts';
import { DAY_MS, type TimeMs } from '../../model/time.ts';
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
  /** Null: no source answered; posture is unknown. */
  readonly asOf: TimeMs | null;
}

/** A namespace's posture as plain data: checks without their functions. */
export interface NamespacePostureData extends Omit<NamespacePosture, 'checks'> {
  readonly checks: readonly CheckJson[];
}

/** Days of history that quotas are judged by. */
const DAYS = 28;

/** How the namespaces stand; every failure where one of them was asked for. */
export async function answerPosture(
  { namespaces, namespace, scope = null }: PostureAsk,
  context: AnswerContext,
): Promise<PostureView> {
  const { asOf, all } = await context.perWindow(`posture ${scope ?? ''}`, () =>
    readPosture(context, scope),
  );
  const isOwn = isVisible({ namespaces });
  const chosen = all.filter(
    (one) => isOwn(one.namespace) && (namespace === null || one.namespace === namespace),
  );
  if (namespace !== null) return { asOf, namespaces: chosen };
  const brief = chosen.map((one) => ({
    ...one,
    checks: one.checks.map((check) =>
      check.id === ADMIN_PATH ? check : { ...check, results: [] },
    ),
  }));
  return { asOf, namespaces: brief };
}

async function readPosture(
  context: AnswerContext,
  scope: PostureScope | null,
): Promise<{ readonly asOf: number | null; readonly all: readonly NamespacePostureData[] }> {
  const { watermark } = await context.reader.status();
  const use =
    watermark === null ? null : await context.perHour('use', () => readUse(context, watermark));
  // Listing the whole cluster is slow: all scopes are judged by one reading.
  const input = await context.perWindow('posture input', () => context.presentPosture(use));
  if (input === null) return { asOf: null, all: [] };
  const { calls } = await context.perWindow('posture past', () => readPosturePast(context.reader));
  const policy = context.thresholds().posture;
  const scopes = scope === null ? SCOPES : [scope];
  const evaluated = evaluatePosture({ ...input, calls }, { ...policy, scopes });
  return {
    asOf: watermark ?? 0,
    all: evaluated.map(({ checks, ...rest }) => ({ ...rest, checks: checks.map(checkJson) })),
  };
}

/** What namespaces used lately: four weeks of sketches. */
async function readUse({ reader }: AnswerContext, watermark: TimeMs): Promise<PostureInput['use']> {
  const from = watermark - DAYS * DAY_MS;
  return namespaceUse(await reader.containerDays({ from, to: watermark, namespaces: null }));
}
