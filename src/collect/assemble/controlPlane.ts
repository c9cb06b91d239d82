import type { ControlPlaneMeasure, ControlPlaneReading } from '../../model/controlPlane.ts';
import type { Snapshot } from '../../model/snapshot.ts';
import type { Batch } from '../prometheus/batch.ts';
import { at, compare, label } from './series.ts';

const IDS = ['components', 'apiServer', 'etcd', 'controllers'] as const;
/** Labels that tell the series of one measure apart. */
const SUBJECTS = ['verb', 'resource', 'code', 'priority_level', 'queue', 'name', 'job', 'instance'];
const MOST_READINGS = 300;
const LONGEST_SUBJECT = 200;

/** What the control plane exports in a window; nothing where Prometheus scrapes none of it. */
export function controlPlaneAt(batch: Batch, point: number): Pick<Snapshot, 'controlPlane'> {
  const found: ControlPlaneReading[] = IDS.flatMap((id) =>
    batch.answers[id].series.flatMap((series) => {
      const value = at(series.values, point);
      if (value === null || !Number.isFinite(value) || value < 0) return [];
      const subject = SUBJECTS.flatMap((name) => label(series, name) || []).join(' ');
      const measure = label(series, 'measure') as ControlPlaneMeasure;
      return [{ measure, subject: subject.slice(0, LONGEST_SUBJECT), value }];
    }),
  );
  if (found.length === 0) return {};
  const key = ({ measure, subject }: ControlPlaneReading): string => `${measure} ${subject}`;
  return { controlPlane: found.sort((a, b) => compare(key(a), key(b))).slice(0, MOST_READINGS) };
}
