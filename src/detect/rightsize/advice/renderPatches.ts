import { shellQuote } from '../../../model/shellQuote.ts';
import { stringify } from 'yaml';
import { printable } from '../../../model/text/escape.ts';
import type { Reading } from '../../../model/reading.ts';
import type { ManagedBy } from './ownership.ts';
import type { WorkloadPatch } from './patch.ts';
import { formatMoney } from '../../../model/text/units.ts';

/** What must change, for each tool that would write the manifest again. */
const WHERE: Readonly<Record<ManagedBy['tool'], string>> = {
  Helm: 'in the values of the release (the key is the chart’s, mostly `resources`)',
  'Argo CD': 'in the manifest that Argo CD syncs from',
  Flux: 'in the manifest or HelmRelease values that Flux reconciles from',
};

/**
 * Patches as a shell script: one `kubectl patch` a workload. Where Helm, Argo CD or Flux writes the manifest,
 * the difference for its values comes first and the patch is commented out, since it would be reverted.
 */
export function renderPatches(patches: readonly WorkloadPatch[], currency: string): string {
  return patches.map((patch) => renderPatch(patch, currency)).join('\n');
}

function renderPatch(patch: WorkloadPatch, currency: string): string {
  const { namespace, workload, savingPerMonth, managedBy, body, resources, isSpecKnown } = patch;
  const money = savingText(savingPerMonth, currency);
  const lines = [`# ${printable(`${namespace}/${workload.kind}/${workload.name}`)}: ${money}`];
  if (managedBy !== null) {
    const name = managedBy.name === null ? '' : ` (${printable(managedBy.name)})`;
    lines.push(
      `# Managed by ${managedBy.tool}${name}: change it ${WHERE[managedBy.tool]}.`,
      ...difference(patch),
      `# A live patch would be reverted by ${managedBy.tool}:`,
      ...commands(patch).map((command) => `# ${command}`),
    );
    return `${lines.join('\n')}\n`;
  }
  if (resources.size > 0 && body === null)
    lines.push(
      `# The pods of a ${printable(workload.kind)} cannot be patched: change its manifest.`,
      ...difference(patch),
    );
  if (body !== null && !isSpecKnown)
    lines.push(
      '# The pods’ specification is not known: a native side-car belongs under initContainers.',
    );
  return `${[...lines, ...commands(patch)].join('\n')}\n`;
}

function savingText(savingPerMonth: Reading, currency: string): string {
  if (savingPerMonth === null) return 'no price is known';
  const money = `${formatMoney(Math.abs(savingPerMonth), currency)} a month`;
  return savingPerMonth < 0 ? `needs ${money} more` : `saves ${money}`;
}

/** The values as YAML in comments, container by container. */
function difference({ resources, minReplicas }: WorkloadPatch): readonly string[] {
  const values = Object.fromEntries(
    [...resources].map(([container, patch]) => [container, { resources: patch }]),
  );
  const scaling =
    minReplicas === null
      ? {}
      : {
          [`HorizontalPodAutoscaler ${minReplicas.autoscaler}`]: { minReplicas: minReplicas.value },
        };
  return stringify({ ...values, ...scaling })
    .trimEnd()
    .split('\n')
    .map((line) => `#   ${printable(line)}`);
}

/** What `kubectl` is to run: nothing for pods that cannot be patched. */
function commands({ namespace, workload, body, minReplicas }: WorkloadPatch): readonly string[] {
  const target = `${workload.kind.toLowerCase()}/${workload.name}`;
  return [
    ...(body === null ? [] : [patchCommand(namespace, target, 'strategic', body)]),
    ...(minReplicas === null
      ? []
      : [
          patchCommand(namespace, `horizontalpodautoscaler/${minReplicas.autoscaler}`, 'merge', {
            spec: { minReplicas: minReplicas.value },
          }),
        ]),
  ];
}

function patchCommand(namespace: string, target: string, type: string, body: object): string {
  const patch = quote(JSON.stringify(body));
  return `kubectl -n ${quote(namespace)} patch ${quote(target)} --type ${type} -p ${patch}`;
}

/** A word for the shell; what is plain stays plain. */
function quote(word: string): string {
  return shellQuote(printable(word));
}
