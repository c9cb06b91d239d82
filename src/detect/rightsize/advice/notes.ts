import { runsToAnEnd } from '../../../store/containerDays/hourOfUse.ts';
import type { ContainerAdvice } from './adviceForm.ts';
import { isThrottled } from './limits.ts';
import { formatNumber, formatShare } from '../../../model/text/units.ts';

function autoscalerNotes({ autoscaling }: Pick<ContainerAdvice, 'autoscaling'>): readonly string[] {
  if (autoscaling === null) return [];
  const { horizontal, vertical, cpuManaged, ramManaged } = autoscaling;
  const notes: string[] = [];
  if (vertical !== null && (cpuManaged || ramManaged))
    notes.push(
      `VerticalPodAutoscaler ${vertical.name} (${vertical.updateMode}) sets the requests; no proposal`,
    );
  if (horizontal === null) return notes;
  const scaler =
    horizontal.scaledObject === null
      ? `HorizontalPodAutoscaler ${horizontal.name}`
      : `ScaledObject ${horizontal.scaledObject} of KEDA`;
  if (horizontal.targets.length > 0 && (cpuManaged || ramManaged))
    notes.push(`${scaler} scales on request utilization; request kept`);
  if (horizontal.otherMetrics.length > 0)
    notes.push(
      `${scaler} scales by ${horizontal.otherMetrics.join(', ')}: pods come and go with it`,
    );
  return notes;
}

/** Plain sentences: why it is proposed, and what to mind. */
export function notesOn(advice: Omit<ContainerAdvice, 'notes'>): readonly string[] {
  const { behind, autoscaling, minReplicas, memory, throttledShare: throttled, cpu } = advice;
  if (advice.withheld !== null) return [advice.withheld];
  const notes: string[] = [];
  const data = `${formatNumber(behind.days)} days, ${formatShare(behind.coverage)} coverage`;
  if (behind.confidence === 'insufficient') notes.push(`insufficient data: ${data}`);
  if (behind.confidence === 'very-low')
    notes.push(`very low confidence: ${data}; not lowered below the highest use seen`);
  if (advice.managedBy?.tool === 'the provider of the cluster')
    notes.push(
      'managed add-on: its provider reverts patches; set it in the add-on’s configuration',
    );
  notes.push(...autoscalerNotes(advice));
  if (advice.bound.length > 0) notes.push(`kept within ${advice.bound.join(', ')}`);
  if (advice.bound.includes('GKE Autopilot'))
    notes.push('Autopilot also raises a pod to 1 GiB a core, or to a core for 6.5 GiB');
  if (advice.isWindows)
    notes.push('Windows commits more memory than the working set: check it first');
  if (autoscaling === null) notes.push('autoscalers are unknown: check before applying');
  if (minReplicas !== null)
    notes.push(
      `minReplicas ${minReplicas} instead of ${autoscaling?.horizontal?.minReplicas ?? '?'} would suffice`,
    );
  if (memory !== null && memory.oomKills > 0) notes.push(`${memory.oomKills} OOM kills`);
  if (isThrottled(throttled)) notes.push(`throttled in ${formatShare(throttled)} of its windows`);
  if (cpu !== null && cpu.busiestHour !== null)
    notes.push('sized for its busiest hour of the week');
  if (cpu !== null && (cpu.hottest ?? 0) > 2 * cpu.pooled)
    notes.push(
      advice.workload.kind === 'DaemonSet'
        ? 'uneven over the nodes: sized for the busiest node'
        : 'one pod uses more than the others: sized for it',
    );
  if (runsToAnEnd(advice.workload.kind)) notes.push('sized for its run time');
  return notes;
}
