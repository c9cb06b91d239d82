import type { WorkloadSeries } from '../../series/readSeries.ts';
import type { UsualBand } from '../../../detect/usual.ts';
import type { Panel } from './panelForm.ts';

/** What a workload used, top to bottom: CPU first and large, what explains it below. */
export function usagePanels(
  { columns, ranges }: WorkloadSeries,
  usual: UsualBand | null,
): readonly Panel[] {
  const hasHours = ranges.some(({ source }) => source === 'hour');
  const small = { heightPx: 84, band: null, note: null };
  const isUsualKnown = usual?.high.some((value) => value !== null) === true;
  return [
    {
      id: 'cpu',
      title: 'CPU, all its pods',
      unit: 'cores',
      heightPx: 230,
      lines: [
        { name: 'used', tone: 'use', shape: 'area', values: columns.cpuUsageCores },
        { name: 'request', tone: 'request', shape: 'step', values: columns.cpuRequestCores },
        { name: 'limit', tone: 'limit', shape: 'step', values: columns.cpuLimitCores },
      ],
      band: isUsualKnown && usual !== null ? usual : null,
      note:
        usual === null || isUsualKnown
          ? null
          : 'What is usual at this hour is not known yet: that takes three days before the onset.',
    },
    {
      ...small,
      id: 'memory',
      title: 'Memory',
      unit: 'bytes',
      lines: [
        { name: 'working set', tone: 'use', shape: 'area', values: columns.ramUsageBytes },
        { name: 'request', tone: 'request', shape: 'step', values: columns.ramRequestBytes },
        { name: 'limit', tone: 'limit', shape: 'step', values: columns.ramLimitBytes },
      ],
    },
    {
      ...small,
      id: 'network',
      title: 'Network',
      unit: 'bytesPerSecond',
      lines: [
        {
          name: 'received',
          tone: 'in',
          shape: 'line',
          values: columns.networkReceiveBytesPerSecond,
        },
        { name: 'sent', tone: 'out', shape: 'line', values: columns.networkTransmitBytesPerSecond },
      ],
    },
    {
      ...small,
      id: 'disk',
      title: 'Disk',
      unit: 'bytesPerSecond',
      lines: [
        { name: 'read', tone: 'in', shape: 'line', values: columns.diskReadBytesPerSecond },
        { name: 'written', tone: 'out', shape: 'line', values: columns.diskWriteBytesPerSecond },
      ],
    },
    {
      ...small,
      heightPx: 64,
      id: 'throttling',
      title: 'Throttled',
      unit: 'share',
      lines: [
        { name: 'share of periods', tone: 'use', shape: 'area', values: columns.throttledShare },
      ],
    },
    {
      ...small,
      heightPx: 48,
      id: 'restarts',
      title: 'Restarts',
      unit: 'count',
      lines: [{ name: 'restarts', tone: 'limit', shape: 'bars', values: columns.restarts }],
      note: hasHours ? 'Hours do not keep limits, disk, throttling and restarts.' : null,
    },
  ];
}
