import type { DeviceClaim, PublishedDevices } from '../../model/clusterObjects.ts';
import type { DeviceClaims } from '../deviceClaims.ts';
import type { Batch } from '../prometheus/batch.ts';
import type { GridSeries } from '../prometheus/grid.ts';
import { at, label } from './series.ts';

/** What kube-state-metrics tells of ResourceClaims and ResourceSlices in a window. */
export function deviceClaimsAt({ answers }: Batch, point: number): DeviceClaims {
  const told = (query: 'claimDevices' | 'claimPods' | 'sliceDevices'): readonly GridSeries[] =>
    answers[query].series.filter(({ values }) => at(values, point) !== null);
  const pods = Map.groupBy(told('claimPods'), claimOf);
  const devices = Map.groupBy(told('claimDevices'), claimOf);
  const claims = [...devices].map(([key, series]): DeviceClaim => {
    const [namespace = '', name = ''] = key.split('/');
    return {
      namespace,
      name,
      devices: series.map((one) => ({
        driver: label(one, 'driver'),
        pool: label(one, 'pool'),
        device: label(one, 'device'),
      })),
      podUids: (pods.get(key) ?? []).map((one) => label(one, 'consumer_uid')),
    };
  });
  const slices = told('sliceDevices').map((one): PublishedDevices => ({
    name: '',
    node: label(one, 'node_name'),
    driver: label(one, 'driver'),
    devices: [label(one, 'device_name')],
  }));
  return { claims, slices };
}

function claimOf(series: GridSeries): string {
  return `${label(series, 'namespace')}/${label(series, 'resourceclaim')}`;
}
