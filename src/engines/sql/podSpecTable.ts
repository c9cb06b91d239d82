import { createHash } from 'node:crypto';
import type { KeptPodSpec, PodSpecFacts } from '../../model/podSpec.ts';
import type { PodSample, Snapshot } from '../../model/snapshot.ts';
import { floorTo, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { PodSpecQuery, StoredPodSpec } from '../../store/workloads.ts';
import { all, first, put, putNew, run, type Db } from './db.ts';

/** What was written last of a pod. */
interface Written {
  /** The very object, since an inventory that was not read again gives the same one. */
  spec: PodSpecFacts;
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

  /** Takes the specifications that a window shows. */
  async record({ pods, window }: Snapshot): Promise<void> {
    const hour = floorTo(window.start, HOUR_MS);
    for (const pod of pods)
      if (pod.spec !== null) await this.#see(pod, pod.spec, window.start, hour);
  }

  /** Forgets pods that were not seen since `hour`, so that memory follows the running pods. */
  forgetBefore(hour: TimeMs): void {
    for (const [uid, { lastHour }] of this.#written) if (lastHour < hour) this.#written.delete(uid);
  }

  forget(): void {
    this.#written = new Map();
  }

  async #see(pod: PodSample, spec: PodSpecFacts, at: TimeMs, hour: TimeMs): Promise<void> {
    let written = this.#written.get(pod.uid);
    if (written?.spec !== spec) {
      const text = JSON.stringify(keptSpec(spec));
      const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
      written ??= await this.#read(pod.uid, spec);
      if (written?.digest !== digest) {
        await putNew(this.#db, 'pod_spec_texts', ['digest'], { digest, spec: text });
        await put(this.#db, 'pod_specs', ['uid', 'first_seen'], {
          uid: pod.uid,
          first_seen: at,
          last_hour: hour,
          namespace: pod.namespace,
          pod: pod.name,
          digest,
        });
        written = { spec, digest, firstSeen: at, lastHour: hour };
      }
      written.spec = spec;
      this.#written.set(pod.uid, written);
    }
    if (hour <= written.lastHour) return;
    written.lastHour = hour;
    const sql = 'UPDATE pod_specs SET last_hour = ? WHERE uid = ? AND first_seen = ?';
    await run(this.#db, sql, hour, pod.uid, written.firstSeen);
  }

  async #read(uid: string, spec: PodSpecFacts): Promise<Written | undefined> {
    const row = await first<Omit<Written, 'spec'>>(
      this.#db,
      `SELECT first_seen AS firstSeen, last_hour AS lastHour, digest FROM pod_specs
       WHERE uid = ? ORDER BY first_seen DESC LIMIT 1`,
      uid,
    );
    return row === undefined ? undefined : { ...row, spec };
  }
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
  const rows = await all<Omit<StoredPodSpec, 'spec'> & { readonly spec: string }>(
    db,
    `SELECT namespace, pod, uid, first_seen AS firstSeen, last_hour + ${HOUR_MS} AS lastSeen, spec
     FROM pod_specs JOIN pod_spec_texts USING (digest)
     WHERE namespace = $namespace AND ($pod IS NULL OR pod = $pod)
     ORDER BY first_seen DESC, uid DESC LIMIT $limit`,
    { ...query },
  );
  return rows
    .toReversed()
    .map(({ spec, ...row }) => ({ ...row, spec: JSON.parse(spec) as KeptPodSpec }));
}

/** Drops specifications that were not seen since `before`, and texts that no pod has any more. */
export async function prunePodSpecs(db: Db, before: TimeMs): Promise<void> {
  if ((await run(db, 'DELETE FROM pod_specs WHERE last_hour < ?', before)) === 0) return;
  await run(db, 'DELETE FROM pod_spec_texts WHERE digest NOT IN (SELECT digest FROM pod_specs)');
}
