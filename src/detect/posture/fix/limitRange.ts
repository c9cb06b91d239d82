import type { ContainerHistory } from '../../../store/containerDays/containerDay.ts';
import { mergeSketches, quantile } from '../../../store/containerDays/sketch.ts';
import {
  memoryQuantity,
  cpuQuantity,
  roundBytes,
  roundCores,
} from '../../../model/text/quantity.ts';

const MIB = 2 ** 20;
const MARGIN = 1.15;
/** A default that is made from nothing: what small services of the wild ask for. */
const FALLBACK = { cpuCores: 0.1, ramBytes: 128 * MIB };
/** The default memory limit above the default request: room for what is unlike the median. */
const LIMIT_FACTOR = 4;

/**
 * A LimitRange whose defaults fit the median container of the namespace. It sets no CPU limit, which would
 * throttle, and no minimum or maximum, which would refuse what runs today.
 */
export function limitRangeManifest(
  namespace: string,
  histories: readonly ContainerHistory[],
): object {
  const cpu = median(
    histories.flatMap(
      ({ days }) => quantile(mergeSketches(days.map((day) => ({ sketch: day.cpu }))), 0.95) ?? [],
    ),
  );
  const peaks = histories.map(({ days }) => Math.max(...days.map((day) => day.ramPeakBytes)));
  const memory = median(peaks);
  const cores = roundCores(cpu === null ? FALLBACK.cpuCores : Math.max(0.01, cpu * MARGIN));
  const request = memory === null ? FALLBACK.ramBytes : Math.max(64 * MIB, memory * MARGIN);
  // The default limit must also hold the largest container that has run here without one.
  const unlimited = histories.flatMap(({ days }) =>
    days.at(-1)?.ramLimitBytes === null ? [Math.max(...days.map((day) => day.ramPeakBytes))] : [],
  );
  const limit = Math.max(request * LIMIT_FACTOR, ...unlimited.map((peak) => peak * MARGIN));
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'burnwatch-defaults', namespace },
    spec: {
      limits: [
        {
          type: 'Container',
          defaultRequest: { cpu: cpuQuantity(cores), memory: memoryQuantity(roundBytes(request)) },
          default: { memory: memoryQuantity(roundBytes(limit)) },
        },
      ],
    },
  };
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
}
