import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import { highestDay } from '../namespaceUse.ts';
import {
  memoryQuantity,
  cpuQuantity,
  roundBytes,
  roundCores,
} from '../../../model/text/quantity.ts';

/** Room above the highest day for a rollout's surge (25 % by default) and some growth. */
const HEADROOM = 1.5;
const LEAST = { cpuCores: 0.5, ramBytes: 512 * 2 ** 20 };

/**
 * A ResourceQuota for what the namespace requested on its highest day, or used where it asked for nothing,
 * with headroom. Null without history: a quota from nothing would be a guess that refuses pods.
 */
export function resourceQuotaManifest(
  namespace: string,
  histories: readonly ContainerHistory[],
): object | null {
  const highest = highestDay(
    histories,
    ({ cpuRequestCores, cpu, ramRequestBytes, ramPeakBytes }) => ({
      cpuCores: Math.max(cpuRequestCores ?? 0, cpu.max),
      ramBytes: Math.max(ramRequestBytes ?? 0, ramPeakBytes),
    }),
  );
  if (highest === null) return null;
  const wanted = (of: keyof typeof LEAST) => Math.max(LEAST[of], highest[of] * HEADROOM);
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'burnwatch-quota', namespace },
    spec: {
      hard: {
        'requests.cpu': cpuQuantity(roundCores(wanted('cpuCores'))),
        'requests.memory': memoryQuantity(roundBytes(wanted('ramBytes'))),
      },
    },
  };
}
