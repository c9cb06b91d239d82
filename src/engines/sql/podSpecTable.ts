import { createHash } from 'node:crypto';
import type { KeptPodSpec, PodSpecFacts } from '../../model/podSpec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { PodSpecQuery, StoredPodSpec } from '../../store/workloads.ts';
import { put, putNew, isGiven, inList, type Row, type Db } from './db.ts';

/** What was written last of a pod. */
interface Written {
  /** The very object, since an inventory that was not read again gives the same one; null where it was read here. */
  spec: PodSpecFacts | null;
  readonly firstSeen: TimeMs;
  readonly digest: string;
  lastHour: TimeMs;
}

/** Specifications of pods by UID. A row is written when a specification is new, and once an hour. */
export class PodSpecTable {
  readonly #db: Db;
  #written = new Map<string, Written>();

  constructor(db: Db) {
    this.#db = db;
  }

  /** Takes the specifications that a window shows; what is not known of them is read and written at once. */
  async record({ pods, window }: Snapshot): Promise<void> {
    const hour = floorTo(window.start, HOUR_MS);
    await this.#know(pods);
    const texts = new Map<string, Row>();
    const rows: Row[] = [];
    for (const pod of pods) {
      const { spec } = pod;
      if (spec === null) continue;
      const before = this.#written.get(pod.uid);
      const written =
        before?.spec === spec ? before : seen(spec, before, window.start, hour, texts);
      this.#written.set(pod.uid, written);
      if (written === before && hour <= written.lastHour) continue;
      written.lastHour = Math.max(hour, written.lastHour);
      rows.push({
        uid: pod.uid,
        first_seen: written.firstSeen,
        last_hour: written.lastHour,
        namespace: pod.namespace,
        pod: pod.name,
        digest: written.digest,
      });
    }
    await putNew(this.#db, 'pod_spec_texts', ['digest'], ...texts.values());
    await put(this.#db, 'pod_specs', ['uid', 'first_seen'], ...rows);
  }

  /** Forgets pods that were not seen since `hour`, so that memory follows the running pods. */
  forgetBefore(hour: TimeMs): void {
    for (const [uid, { lastHour }] of this.#written) if (lastHour < hour) this.#written.delete(uid);
  }

  forget(): void {
    this.#written = new Map();
  }

  /** Reads what was written last of pods that are not held yet. */
  async #know(pods: readonly PodSample[]): Promise<void> {
    const unknown = pods.filter(({ spec, uid }) => spec !== null && !this.#written.has(uid));
    if (unknown.length === 0) return;
    const rows = await this.#db.all<
      Omit<Written, 'spec'> & { readonly uid: string }
    >`SELECT uid, first_seen AS firstSeen, last_hour AS lastHour, digest
      FROM pod_specs
       WHERE uid ${inList(unknown.map(({ uid }) => uid))} ORDER BY first_seen`;
    for (const { uid, ...row } of rows) this.#written.set(uid, { ...row, spec: null });
  }
}

/** What is known of a pod once a specification was seen of it; its text is added to `texts` where it is new. */
function seen(
  spec: PodSpecFacts,
  before: Written | undefined,
  at: TimeMs,
  hour: TimeMs,
  texts: Map<string, Row>,
): Written {
  const text = JSON.stringify(keptSpec(spec));
  const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
  if (before?.digest === digest) {
    before.spec = spec;
    return before;
  }
  texts.set(digest, { digest, spec: text });
  return { spec, digest, firstSeen: at, lastHour: hour };
}

/** A specification without commands, arguments, values of environment variables, and what a resize changes. */
function keptSpec({ containers, resources: _resources, ...rest }: PodSpecFacts): KeptPodSpec {
  return {
    ...rest,
    containers: containers.map(
      ({
        command: _command,
        args: _args,
        requests: _requests,
        limits: _limits,
        env,
        ...container
      }) => ({
        ...container,
        envNames: env.map(({ name }) => name),
      }),
    ),
  };
}

/** Specifications of a namespace's pods as they were seen, oldest first; the latest `limit` of them. */
export async function readPodSpecs(db: Db, query: PodSpecQuery): Promise<readonly StoredPodSpec[]> {
  const rows = await db.parsed<StoredPodSpec>(
    'spec',
  )`SELECT namespace, pod, uid, first_seen AS firstSeen, last_hour + ${HOUR_MS} AS lastSeen, spec
     FROM pod_specs JOIN pod_spec_texts USING (digest)
     WHERE namespace = ${query.namespace} AND ${isGiven('pod', query.pod)}
     ORDER BY first_seen DESC, uid DESC LIMIT ${query.limit}`;
  return rows.toReversed();
}

/** Drops specifications that were not seen since `before`, and texts that no pod has any more. */
export async function prunePodSpecs(db: Db, before: TimeMs): Promise<void> {
  if ((await db.run`DELETE FROM pod_specs WHERE last_hour < ${before}`) === 0) return;
  await db.run`DELETE FROM pod_spec_texts WHERE digest NOT IN (SELECT digest FROM pod_specs)`;
}
