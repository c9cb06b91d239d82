import { stringify } from 'yaml';
import { cpuQuantity, memoryQuantity } from '../../../model/text/quantity.ts';
import { printable } from '../../../model/text/escape.ts';
import { formatMoney, formatNumber, formatShare, plural } from '../../../model/text/units.ts';
import { workloadKey } from '../../../model/workload.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import type { ManagedBy } from './ownership.ts';
import { workloadPatches, type WorkloadPatch } from './patch.ts';

/** What a patch of a kind begins with. */
const API_VERSIONS: Readonly<Record<string, string>> = {
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  CronJob: 'batch/v1',
};

/**
 * Descriptions of pull requests, in Markdown: one for each application that Argo CD, Flux or Helm writes, with the change as a
 * patch for Kustomize or as values for its chart. What no tool writes is left to `-o patch`; what an add-on's provider
 * writes, and what is suspected of mining, is named with the reason. Nothing is written to Git.
 */
export function renderPullRequests(advices: readonly ContainerAdvice[], currency: string): string {
  const managed = advices.filter(({ managedBy }) => isGitOps(managedBy));
  const groups = Map.groupBy(managed, (advice) => applicationOf(advice));
  const texts = [...groups].flatMap(([name, group]) => {
    const patches = workloadPatches(group);
    return patches.length === 0 ? [] : [pullRequest(name, group, patches, currency)];
  });
  const left = leftOut(advices);
  if (texts.length === 0) return `Nothing to change in what Argo CD, Flux or Helm writes.\n${left}`;
  return `${texts.join('\n---\n\n')}${left === '' ? '' : `\n---\n\n${left}`}`;
}

function isGitOps(managedBy: ManagedBy | null): managedBy is ManagedBy {
  return managedBy !== null && managedBy.tool !== 'the provider of the cluster';
}

/** What one pull request is about: the release or application; a workload where its labels name none. */
function applicationOf({ managedBy, namespace, workload }: ContainerAdvice): string {
  return printable(managedBy?.name ?? `${namespace}/${workload.name}`);
}

function pullRequest(
  name: string,
  group: readonly ContainerAdvice[],
  patches: readonly WorkloadPatch[],
  currency: string,
): string {
  const changed = new Set(
    patches.map(({ namespace, workload }) => workloadKey(namespace, workload)),
  );
  const advices = group.filter((one) => changed.has(workloadKey(one.namespace, one.workload)));
  const saving = patches.reduce((sum, { savingPerMonth }) => sum + (savingPerMonth ?? 0), 0);
  const money = `${formatMoney(Math.abs(saving), currency)} a month`;
  const title = saving < 0 ? `needs ${money} more` : `frees ${money}`;
  const rows = advices.map((advice) => `| ${row(advice).map(cell).join(' | ')} |`);
  return [
    `# Right-size ${name}: ${title}`,
    '',
    `Requests from what ${plural(changed.size, 'workload')} used (\`burnwatch recommend\`). Money is the price of the freed requests where they run; the bill falls once nodes go.`,
    '',
    '| workload | container | CPU request | memory request | limits | a month | exceeded (CPU / memory) | data |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...notes(advices),
    '## Change',
    '',
    ...patches.flatMap(change),
    '## Afterwards',
    '',
    '`burnwatch savings --applied` follows it for fourteen days: what was promised and what came of it, throttling, OOM kills and waiting. To take it back, revert this commit.',
    '',
  ].join('\n');
}

function row(advice: ContainerAdvice): readonly string[] {
  const { workload, container, current, proposed, savingPerMonth, risk, behind } = advice;
  const to = (key: keyof typeof current, format: (value: number) => string): string => {
    const before = current[key] === null ? 'none' : format(current[key]);
    const after = proposed[key];
    return after === null || format(after) === before ? before : `${before} → **${format(after)}**`;
  };
  return [
    `${workload.kind}/${workload.name}`,
    container,
    to('cpuRequestCores', cpuQuantity),
    to('ramRequestBytes', memoryQuantity),
    `${to('cpuLimitCores', cpuQuantity)}, ${to('ramLimitBytes', memoryQuantity)}`,
    savingPerMonth === null ? 'unknown' : formatNumber(savingPerMonth),
    `${formatShare(risk.cpu)} / ${formatShare(risk.ram)}`,
    `${formatNumber(behind.days)} days, confidence ${behind.confidence}`,
  ];
}

/** Names are the cluster's text: they end no cell and make no markup. */
function cell(text: string): string {
  return printable(text).replaceAll(/[|\\`<>[\]]/g, String.raw`\$&`);
}

function notes(advices: readonly ContainerAdvice[]): readonly string[] {
  const lines = advices.flatMap(({ workload, container, notes: own }) =>
    own.map((note) => `- ${cell(`${workload.name}/${container}`)}: ${cell(note)}`),
  );
  return lines.length === 0 ? [] : [...lines, ''];
}

function change(patch: WorkloadPatch): readonly string[] {
  const { managedBy, namespace, workload, body, resources, minReplicas } = patch;
  const name = `${workload.kind}/${workload.name}`;
  const isHelm = managedBy?.form === 'helm';
  const apiVersion = API_VERSIONS[workload.kind];
  const scaling =
    minReplicas === null
      ? []
      : [
          `HorizontalPodAutoscaler ${cell(minReplicas.autoscaler)}: \`minReplicas: ${minReplicas.value}\`.`,
          '',
        ];
  if (isHelm || body === null || apiVersion === undefined) {
    const where = isHelm
      ? `Values of the chart for ${cell(name)} (the key is the chart’s, mostly \`resources\`):`
      : `In the manifest of ${cell(name)}, container by container:`;
    const [first] = resources.values();
    const values =
      resources.size === 1 && isHelm
        ? { resources: first }
        : Object.fromEntries([...resources].map(([key, one]) => [key, { resources: one }]));
    return [where, '', ...(resources.size === 0 ? [] : fenced(values)), ...scaling];
  }
  const metadata = { name: workload.name, namespace };
  return [
    `Patch for Kustomize (under \`patches\` of \`kustomization.yaml\`) of ${cell(name)}:`,
    '',
    ...fenced({ apiVersion, kind: workload.kind, metadata, ...body }),
    ...scaling,
  ];
}

function fenced(value: object): readonly string[] {
  return ['```yaml', stringify(value).trimEnd(), '```', ''];
}

/** What gets no pull request, with the reason. */
function leftOut(advices: readonly ContainerAdvice[]): string {
  const lines = advices.flatMap(
    ({ namespace, workload, container, withheld, managedBy, proposed }) => {
      const name = cell(`${namespace}/${workload.kind}/${workload.name}/${container}`);
      if (withheld !== null) return [`- ${name}: ${cell(withheld)}`];
      if (managedBy?.tool === 'the provider of the cluster')
        return [`- ${name}: a managed add-on; set it in the add-on’s configuration`];
      const isProposed = Object.values(proposed).some((value) => value !== null);
      return managedBy === null && isProposed
        ? [`- ${name}: nothing in its labels names Argo CD, Flux or Helm; use \`-o patch\``]
        : [];
    },
  );
  return lines.length === 0 ? '' : `## Without a pull request\n\n${lines.join('\n')}\n`;
}
