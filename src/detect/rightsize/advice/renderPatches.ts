import { shellQuote, printable } from '../../../model/text/escape.ts';
import { stringify } from 'yaml';
import type { Reading } from '../../../model/reading.ts';
import type { ManagedBy } from './ownership.ts';
import type { WorkloadPatch } from './patch.ts';
import { formatMoney, formatNumber } from '../../../model/text/units.ts';

/** What must change, for each tool that would write the manifest again. */
const WHERE: Readonly<Record<ManagedBy['tool'], string>> = {
  Helm: 'in the values of the release (the key is the chart’s, mostly `resources`)',
  'Argo CD': 'in the manifest that Argo CD syncs from',
  Flux: 'in the manifest or HelmRelease values that Flux reconciles from',
  'the provider of the cluster': 'in the configuration of the add-on',
};

export interface PatchOptions {
  readonly currency: string;
  /** The context of kubeconfig that commands name; null: the current one. */
  readonly kubeContext: string | null;
}

/**
 * Patches as a shell script: one `kubectl patch` a workload. Where Helm, Argo CD or Flux writes the manifest,
 * the difference for its values comes first and the patch is commented out, since it would be reverted.
 */
export function renderPatches(patches: readonly WorkloadPatch[], options: PatchOptions): string {
  return patches.map((patch) => renderPatch(patch, options)).join('\n');
}

function renderPatch(patch: WorkloadPatch, { currency, kubeContext }: PatchOptions): string {
  const { namespace, workload, savingPerMonth, managedBy, body, resources, isSpecKnown } = patch;
  const money = savingText(savingPerMonth, currency);
  const lines = [`# ${printable(`${namespace}/${workload.kind}/${workload.name}`)}: ${money}`];
  const runs = commands(patch, kubeContext);
  if (patch.unsure !== null)
    lines.push(`# Very low confidence: ${formatNumber(patch.unsure.days)} days of data.`);
  if (managedBy !== null) {
    const name = managedBy.name === null ? '' : ` (${printable(managedBy.name)})`;
    lines.push(
      `# Managed by ${managedBy.tool}${name}: change it ${WHERE[managedBy.tool]}.`,
      ...difference(patch),
      ...(runs.length === 0 ? [] : [`# A live patch would be reverted by ${managedBy.tool}:`]),
      ...runs.map(commented),
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
  const resizes = resizeCommands(patch, kubeContext);
  if (resizes.length === 0) return `${[...lines, ...runs].join('\n')}\n`;
  // What has no template to change is resized; elsewhere that is the other way.
  if (body === null) return `${[...lines, ...runs, ...resizes].join('\n')}\n`;
  const others = ['# Or without a restart, until the next rollout:', ...resizes.map(commented)];
  return `${[...lines, ...runs, ...others].join('\n')}\n`;
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

function commented(line: string): string {
  return `# ${line}`;
}

/** Pods of one workload that are named. */
const MOST_PODS = 20;

/** Resizes each running pod in place. */
function resizeCommands(
  { namespace, resize }: WorkloadPatch,
  kubeContext: string | null,
): readonly string[] {
  if (resize === null) return [];
  const body = quote(JSON.stringify(resize.body));
  const kubectl = kubectlOf(kubeContext);
  return resize.pods
    .slice(0, MOST_PODS)
    .map(
      (pod) =>
        `${kubectl} -n ${quote(namespace)} patch ${quote(`pod/${pod}`)} --subresource resize -p ${body}`,
    );
}

/** How commands begin: with the context of kubeconfig that they name; null: the current one. */
export function kubectlOf(kubeContext: string | null): string {
  return kubeContext === null ? 'kubectl' : `kubectl --context ${quote(kubeContext)}`;
}

/** What `kubectl` is to run: nothing for pods that cannot be patched. */
function commands(
  { namespace, workload, body, minReplicas }: WorkloadPatch,
  kubeContext: string | null,
): readonly string[] {
  const kubectl = kubectlOf(kubeContext);
  const patchCommand = (object: string, type: string, patch: object): string =>
    `${kubectl} -n ${quote(namespace)} patch ${quote(object)} --type ${type} -p ${quote(JSON.stringify(patch))}`;
  const target = `${workload.kind.toLowerCase()}/${workload.name}`;
  return [
    ...(body === null ? [] : [patchCommand(target, 'strategic', body)]),
    ...(minReplicas === null
      ? []
      : [
          patchCommand(`horizontalpodautoscaler/${minReplicas.autoscaler}`, 'merge', {
            spec: { minReplicas: minReplicas.value },
          }),
        ]),
  ];
}

/** A word for the shell; what is plain stays plain. */
function quote(word: string): string {
  return shellQuote(printable(word));
}
