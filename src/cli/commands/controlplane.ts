import type { Command } from 'commander';
import {
  readControlPlane,
  type ClientReport,
  type ComponentReport,
  type ControlPlaneReport,
} from '../../detect/controlPlane/report.ts';
import type { ControlPlaneReading } from '../../model/controlPlane.ts';
import { printable } from '../../model/text/escape.ts';
import {
  jsonText,
  renderCsv,
  renderTable,
  type Column,
  type OutputFormat,
} from '../../model/text/table.ts';
import { formatNumber } from '../../model/text/units.ts';
import type { Io } from '../io.ts';
import { loadContext, withHistory, withOutput, type ConfigOption } from '../options.ts';

const COMPONENT_COLUMNS: readonly Column<ComponentReport>[] = [
  { title: 'COMPONENT', value: ({ component }) => component },
  { title: 'JOB', value: ({ job }) => job ?? '', maxWidth: 40 },
  { title: 'STATE', value: ({ state }) => state },
  { title: 'UP', value: ({ up }) => up, align: 'right' },
  { title: 'DOWN', value: ({ down }) => down, align: 'right' },
  { title: 'SINCE', value: ({ since }) => since ?? '' },
];

const READING_COLUMNS: readonly Column<ControlPlaneReading>[] = [
  { title: 'MEASURE', value: ({ measure }) => measure },
  { title: 'OF', value: ({ subject }) => subject, maxWidth: 60 },
  { title: 'VALUE', value: ({ value }) => formatNumber(value), align: 'right' },
];

const CLIENT_COLUMNS: readonly Column<ClientReport>[] = [
  { title: 'CLIENT', value: ({ user }) => user, maxWidth: 50 },
  { title: 'PROGRAM', value: ({ userAgent }) => userAgent, maxWidth: 30 },
  { title: 'FROM', value: ({ sourceIps }) => sourceIps.join(', '), maxWidth: 40 },
  { title: 'REQUESTS', value: ({ requests }) => requests, align: 'right' },
  { title: 'USUAL', value: ({ usualRequests }) => usualRequests, align: 'right' },
  { title: 'LISTS', value: ({ unlimitedLists }) => unlimitedLists, align: 'right' },
  { title: 'WATCHES', value: ({ watches }) => watches, align: 'right' },
  { title: 'REFUSED', value: ({ failedLogins }) => failedLogins, align: 'right' },
];

export default function register(command: Command, io: Io): void {
  withOutput(command).action((options: ConfigOption & { output: OutputFormat }) =>
    printControlPlane(options, io),
  );
}

async function printControlPlane(
  options: ConfigOption & { readonly output: OutputFormat },
  io: Io,
): Promise<void> {
  const { config } = loadContext(options, io).loaded;
  const report = await withHistory(config, readControlPlane);
  if (options.output === 'json') io.out(jsonText(report));
  else if (options.output === 'csv') io.out(renderCsv(report.components, COMPONENT_COLUMNS));
  else io.out(tablesOf(report));
}

function tablesOf({ asOf, components, readings, clients, findings }: ControlPlaneReport): string {
  const parts = [
    `Components${asOf === null ? '' : ` as of ${asOf}`}\n${renderTable(components, COMPONENT_COLUMNS)}`,
    readings.length === 0
      ? 'Prometheus scrapes none of their metrics.\n'
      : renderTable(readings, READING_COLUMNS),
    clients.length === 0
      ? 'No audit events were sent: who calls the API is not known (docs/signals.md).\n'
      : `Clients of the API, in their last window\n${renderTable(clients, CLIENT_COLUMNS)}`,
    findings.length === 0
      ? 'No open findings.\n'
      : findings
          .map(({ id, severity, summary }) => `${severity}  ${id}  ${printable(summary)}\n`)
          .join(''),
  ];
  return parts.join('\n');
}
