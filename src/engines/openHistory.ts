/** How the rest of the product opens the history; which engine stands behind it is decided here. */
export { backupHistory, compactHistory, restoreHistory, setAside } from './sqlite/backup.ts';
export { backupName, dropOldBackups, listBackups } from './sqlite/backupFolder.ts';
export { findDamage } from './sqlite/checkThread.ts';
export { examineHistory } from './sqlite/examine.ts';
export { openHistoryReader } from './sqlite/reader.ts';
export { openHistoryWriter } from './sqlite/writer.ts';
export { openOperatorLog } from './sqlite/operatorActions.ts';
export { openDeliveryStore } from './sqlite/deliveries.ts';
export { openSilenceStore } from './sqlite/silences.ts';
export { openAuditLog } from './sqlite/audit.ts';
export { openBillStore } from './sqlite/bills.ts';
export { openDigestStore } from './sqlite/digests.ts';
