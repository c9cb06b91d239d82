import { HOUR_MS, HOURS_PER_MONTH } from '../../../model/time.ts';
import { costNano } from '../../../model/costParts.ts';
import { UNATTACHED_KINDS } from '../../../model/cost.ts';
import { fromNano } from '../../../model/money.ts';
import { misses, type ClusterObjects, type ServiceObject } from '../../../model/clusterObjects.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { formatBytesPerSecond, plural } from '../../../model/text/units.ts';
import { workloadKey } from '../../../model/workload.ts';
import type { SavingsAction } from '../../../cost/savings/savingsAction.ts';
import type { CostRow, CostTable } from '../../../store/costTable.ts';
import type { AbandonedThresholds } from '../abandoned/thresholds.ts';

interface Leftover {
  readonly row: CostRow & { readonly namespace: string };
  readonly name: string;
  readonly savingPerMonth: number;
}

/** What still cost something when the table ended, of one kind of what no pod holds. */
function leftOf({ rows, window }: CostTable, kind: string): readonly Leftover[] {
  return rows.flatMap((row) => {
    const { namespace, workload, seen } = row;
    if (namespace === null || workload?.kind !== kind || seen?.end !== window.end) return [];
    const hours = (seen.end - seen.start) / HOUR_MS;
    const savingPerMonth = (fromNano(costNano(row)) / hours) * HOURS_PER_MONTH;
    return [{ row: { ...row, namespace }, name: workload.name, savingPerMonth }];
  });
}

/** Volumes that outlived their claim. Nothing where claims cannot be listed: one that is there may be mounted again. */
export function releasedVolumes(
  table: CostTable,
  objects: ClusterObjects,
  kubectl: string,
): readonly SavingsAction[] {
  if (misses(objects, 'persistentvolumeclaims')) return [];
  const claims = new Set(objects.claims.map(({ namespace, name }) => `${namespace}/${name}`));
  return leftOf(table, UNATTACHED_KINDS.volume)
    .filter(({ row, name }) => !claims.has(`${row.namespace}/${name}`))
    .map(({ row, name, savingPerMonth }) => ({
      kind: 'released-volume',
      subject: `${UNATTACHED_KINDS.volume}/${name}`,
      namespace: row.namespace,
      workload: null,
      savingPerMonth,
      why: 'Its claim is deleted, the volume was kept: take a snapshot of what is still needed; a disk that stays in the cloud is deleted there',
      commands: [
        `${kubectl} delete pv $(${kubectl} get pv -o go-template=${released(row.namespace, name)})`,
      ],
    }));
}

/** The names of released volumes of a claim: a volume that another claim of this name holds is none. */
function released(namespace: string, claim: string): string {
  const [ns, name] = [JSON.stringify(namespace), JSON.stringify(claim)];
  return shellQuote(
    `{{range $pv := .items}}{{with .spec.claimRef}}{{if and (eq .namespace ${ns}) (eq .name ${name}) (eq $pv.status.phase "Released")}}{{$pv.metadata.name}} {{end}}{{end}}{{end}}`,
  );
}

/** What could answer behind a load balancer; the whole name, since Knative has Services too. */
const BEHIND = ['services', 'deployments.apps', 'statefulsets.apps', 'daemonsets.apps'];

/** Load balancers before pods that get no traffic, or before none. Nothing where services or workloads cannot be listed. */
export function unusedLoadBalancers(
  table: CostTable,
  objects: ClusterObjects,
  { abandoned }: AbandonedThresholds,
  kubectl: string,
): readonly SavingsAction[] {
  if (BEHIND.some((name) => objects.missing.includes(name))) return [];
  const services = new Map(
    objects.services.map((service) => [`${service.namespace}/${service.name}`, service]),
  );
  return leftOf(table, UNATTACHED_KINDS['load-balancer']).flatMap(
    ({ row, name, savingPerMonth }): readonly SavingsAction[] => {
      const service = services.get(`${row.namespace}/${name}`);
      const why = service === undefined ? null : whyUnused(service, objects, table, abandoned);
      if (why === null) return [];
      const commands = [
        `${kubectl} -n ${shellQuote(row.namespace)} delete service ${shellQuote(name)}`,
      ];
      const about = { subject: `Service/${name}`, namespace: row.namespace, workload: null };
      return [{ kind: 'unused-load-balancer', ...about, savingPerMonth, why, commands }];
    },
  );
}

/** Why nobody uses it; null where somebody does, or that is not known. */
function whyUnused(
  { namespace, selector }: ServiceObject,
  { workloads }: ClusterObjects,
  { rows, window }: CostTable,
  { idleBytesPerSecond, days }: AbandonedThresholds['abandoned'],
): string | null {
  const labels = Object.entries(selector);
  // Without a selector its endpoints are written by hand, and may be anywhere.
  if (labels.length === 0) return null;
  const own = workloads.filter((one) => one.namespace === namespace);
  if (own.some(({ podLabels }) => podLabels === undefined)) return null;
  const behind = own.filter(({ podLabels = {} }) =>
    labels.every(([label, value]) => podLabels[label] === value),
  );
  const keys = new Set(behind.map(({ workload }) => workloadKey(namespace, workload)));
  const seen = rows.filter(
    (row) =>
      row.namespace === namespace && row.workload && keys.has(workloadKey(namespace, row.workload)),
  );
  const span = plural(days, 'day');
  if (seen.length === 0)
    return behind.length === 0
      ? 'Its selector matches no workload: nothing answers behind it'
      : `No pod ran behind it for ${span}`;
  const isKnown = seen.every((row) => (row.coverageBy?.network ?? row.coverage) > 0);
  const seconds = (window.end - window.start) / 1000;
  const rate =
    seen.reduce((sum, { networkReceiveBytes = 0 }) => sum + networkReceiveBytes, 0) / seconds;
  const pods = seen.reduce((sum, { runHours = 0 }) => sum + runHours, 0) / (seconds / 3600);
  if (!isKnown || rate >= idleBytesPerSecond * Math.max(1, pods)) return null;
  return `Its pods received ${formatBytesPerSecond(rate)} in ${span}: no more than probes`;
}
