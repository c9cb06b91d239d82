import type { Window } from '../../src/model/time.ts';
import { loadTraces } from '../traces.ts';
import { place, type Placement } from './placement.ts';
import { podsOf, type DemoPod } from './pods.ts';
import { dataWorkloads, machineLearningWorkloads, movedInWorkloads } from './workloads/data.ts';
import { hiddenWorkloads } from './workloads/hidden.ts';
import { shopWorkloads } from './workloads/shop.ts';
import { monitoringWorkloads, systemWorkloads } from './workloads/system.ts';
import {
  buildWorkloads,
  mediaWorkloads,
  paymentWorkloads,
  stagingWorkloads,
} from './workloads/teams.ts';
import { trainWorkloads } from './workloads/trains.ts';
import type { DemoWorkload, Scenario } from './workload.ts';

/** The simulated cluster over one simulated history. The same scenario always gives the same cluster. */
export interface DemoCluster {
  readonly scenario: Scenario;
  readonly workloads: readonly DemoWorkload[];
  /** Pods that existed at some moment of a span. */
  pods(span: Window): readonly DemoPod[];
}

/** Makes the cluster up; reads the measured traces. */
export function createCluster(scenario: Scenario): DemoCluster {
  const traces = new Map(loadTraces().map((trace) => [trace.name, trace]));
  const workloads = [
    ...systemWorkloads(),
    ...monitoringWorkloads(),
    ...shopWorkloads(traces, scenario),
    ...trainWorkloads(traces, scenario),
    ...movedInWorkloads(traces),
    ...paymentWorkloads(scenario),
    ...mediaWorkloads(),
    ...dataWorkloads(),
    ...machineLearningWorkloads(scenario),
    ...buildWorkloads(),
    ...stagingWorkloads(scenario),
    ...hiddenWorkloads(scenario),
  ];
  const placement: Placement = place(workloads);
  return {
    scenario,
    workloads,
    pods: (span) => workloads.flatMap((workload) => podsOf(workload, scenario, placement, span)),
  };
}
