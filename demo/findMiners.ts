import { IMAGE_IN_CLUSTERS } from '../src/detect/imageInClusters.ts';
import type { Finding } from '../src/model/finding.ts';
import type { HiddenMiner } from './cluster/workloads/hidden.ts';

/** A hidden miner, and the finding that gave it away. */
export interface MinerFound {
  readonly miner: HiddenMiner;
  /** The most severe one; null when it was missed. */
  readonly finding: Finding | null;
}

const ORDER = { critical: 2, warning: 1, info: 0 } as const;

/** Looks for each hidden miner among the findings: by its workload, or by its pods where a group was found. */
export function findMiners(
  miners: readonly HiddenMiner[],
  findings: readonly Finding[],
): readonly MinerFound[] {
  return miners.map((miner) => {
    const [finding = null] = findings
      .filter((finding) => isAbout(finding, miner))
      .toSorted((a, b) => ORDER[b.severity] - ORDER[a.severity] || a.firstSeen - b.firstSeen);
    return { miner, finding };
  });
}

/** Warnings and critical findings of abuse without a hidden miner, in this cluster or, where they are about an image, in several. */
export function falseAlarms(
  miners: readonly HiddenMiner[],
  findings: readonly Finding[],
): readonly Finding[] {
  const isTrue = (finding: Finding) => miners.some((miner) => isAbout(finding, miner));
  const mined = new Set(findings.filter(isTrue).map(({ image }) => image));
  return findings.filter(
    (finding) =>
      finding.kind === 'cryptojacking' &&
      finding.severity !== 'info' &&
      !isTrue(finding) &&
      !(finding.rule === IMAGE_IN_CLUSTERS && mined.has(finding.image)),
  );
}

function isAbout(finding: Finding, { namespace, workload }: HiddenMiner): boolean {
  if (finding.kind !== 'cryptojacking' || finding.scope.namespace !== namespace) return false;
  const { workload: found } = finding.scope;
  if (found !== null) return found.kind === workload.kind && found.name === workload.name;
  return (
    finding.pods.length > 0 && finding.pods.every((pod) => pod.startsWith(`${workload.name}-`))
  );
}
