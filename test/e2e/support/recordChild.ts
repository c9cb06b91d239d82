import { join } from 'node:path';
import { openHistoryWriter } from '../../../src/engines/openHistory.ts';
import { madeUpWindows, SMALL_CLUSTER } from '../../support/madeUpWindows.ts';
import { IDENTITY } from '../../support/tempHistory.ts';

/** Records windows, prunes and makes backups, on and on, until it is killed: `recordChild.ts FOLDER START WINDOWS`. */
const [folder = '', start = '0', count = '0'] = process.argv.slice(2);
const records = madeUpWindows(SMALL_CLUSTER, Number(start), Number(count));
const path = join(folder, 'history.db');
const writer = await openHistoryWriter({ path, ...IDENTITY, command: 'once', clock: () => 0 });
const { watermark } = await writer.loadState(new Map());
process.stdout.write('ready\n');
for (const [index, record] of records.entries()) {
  if (record.snapshot.window.end <= (watermark ?? 0)) continue;
  await writer.recordWindows([record]);
  if (index % 5 === 0) await writer.backup(join(folder, 'copy.db'));
}
await writer.close();
