import type { DetectContext } from '../../detector.ts';
import { firing, readStep } from '../../verdict.ts';
import { setResources } from '../advice/patch.ts';
import type { Evidence, NextStep, Scope, Verdict } from '../../../model/finding.ts';
import type { TimeMs } from '../../../model/time.ts';
import { bytesAfterOom } from '../advice/memoryRequest.ts';
import type { Pressure } from './pressure.ts';
import type { PressureState } from './state.ts';
import { shellQuote } from '../../../model/text/escape.ts';
import { memoryQuantity, cpuQuantity, roundBytes } from '../../../model/text/quantity.ts';
import { plural, formatShare } from '../../../model/text/units.ts';
import type { UnderprovisionedThresholds } from './thresholds.ts';

type Rule = DetectContext<UnderprovisionedThresholds>['thresholds']['underprovisioned'];

export const OOM_RULE = 'oom-killed';
export const THROTTLED_RULE = 'cpu-throttled';
export const USE_RULE = 'use-exceeds-request';

/** OOM kills, and the memory limit that would have sufficed. */
export function oomVerdict(
  scope: Scope,
  state: PressureState,
  pressure: Pressure,
  rule: Rule,
): Verdict {
  const kills = state.oomKills.length;
  const enough = state.oomBytes === null ? null : roundBytes(bytesAfterOom(state.oomBytes));
  const more = enough === null ? '' : `; raise the memory limit to ${memoryQuantity(enough)}`;
  return verdictOf(scope, pressure, {
    rule: OOM_RULE,
    score: Math.min(100, 50 + 10 * kills),
    startedAt: state.oomKills[0] ?? 0,
    summary: `OOM-killed ${kills === 1 ? 'once' : `${kills} times`} in ${rule.oomHours} h${more}`,
    evidence: {
      signal: 'oom-kills',
      family: 'level',
      value: kills,
      threshold: rule.oomKills,
      unit: 'kills',
      weight: 100,
      text:
        state.oomBytes === null
          ? plural(kills, 'OOM kill')
          : `${plural(kills, 'OOM kill')} at ${memoryQuantity(state.oomBytes)}`,
    },
    next:
      enough === null
        ? []
        : [
            setResources(
              scope,
              `--limits=memory=${memoryQuantity(enough)} --requests=memory=${memoryQuantity(enough)}`,
              'Raises memory as VPA does after an OOM kill: by a fifth, at least 100 MiB',
            ),
          ],
  });
}

/** Throttled by its CPU limit for hours. */
export function throttledVerdict(
  scope: Scope,
  state: PressureState,
  pressure: Pressure,
  rule: Rule,
  now: TimeMs,
): Verdict {
  const limit = pressure.cpuLimitCores;
  const raised = limit === null ? null : cpuQuantity(limit * 1.5);
  return verdictOf(scope, pressure, {
    rule: THROTTLED_RULE,
    score: Math.min(100, Math.round(state.lastShare * 100)),
    startedAt: state.throttledSince ?? now,
    summary: `Throttled in ${formatShare(state.lastShare)} of its CPU periods${limit === null ? '' : `; the CPU limit of ${cpuQuantity(limit)} is too low`}`,
    evidence: {
      signal: 'throttled-share',
      family: 'level',
      value: state.lastShare,
      threshold: rule.throttledOpen,
      unit: 'share',
      weight: 100,
      text: `${formatShare(state.lastShare)} of CFS periods were throttled in the last hour`,
    },
    next:
      raised === null
        ? []
        : [
            setResources(
              scope,
              `--limits=cpu=${raised}`,
              'Raises the limit by half; restarts the pods',
            ),
          ],
  });
}

/** Use above the CPU request on a full node. */
export function useVerdict(
  scope: Scope,
  state: PressureState,
  pressure: Pressure,
  rule: Rule,
  now: TimeMs,
): Verdict {
  const used = pressure.cpuCores ?? 0;
  const asked = pressure.cpuRequestCores ?? 0;
  return verdictOf(scope, pressure, {
    rule: USE_RULE,
    score: 50,
    startedAt: state.overSince ?? now,
    summary: `Uses ${cpuQuantity(used)} of CPU with a request of ${cpuQuantity(asked)} on a full node`,
    evidence: {
      signal: 'cpu-above-request',
      family: 'level',
      value: used,
      threshold: asked * rule.overRequest,
      unit: 'cores',
      weight: 100,
      text: `The busiest pod uses ${cpuQuantity(used)}, its request is ${cpuQuantity(asked)}`,
    },
    next: [
      setResources(
        scope,
        `--requests=cpu=${cpuQuantity(used)}`,
        'Sets the request to what it uses; restarts the pods',
      ),
    ],
  });
}

function verdictOf(
  scope: Scope,
  pressure: Pressure,
  what: {
    readonly rule: string;
    readonly score: number;
    readonly startedAt: TimeMs;
    readonly summary: string;
    readonly evidence: Evidence;
    readonly next: readonly NextStep[];
  },
): Verdict {
  const { evidence, next, ...rest } = what;
  const recommend = readStep(
    `burnwatch recommend --namespace ${shellQuote(scope.namespace ?? '')}`,
    'Shows the recommended resources and the data behind them',
  );
  return firing({
    ...rest,
    kind: 'underprovisioned',
    scope,
    severity: 'warning',
    evidence: [evidence],
    next: [recommend, ...next],
    pods: [...pressure.pods].sort().slice(0, 20),
  });
}
