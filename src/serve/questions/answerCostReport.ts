import { readCosts } from '../../cost/report/readCosts.ts';
import { renderCosts } from '../../cost/report/renderCosts.ts';
import type { CostDimension } from '../../store/costTable.ts';
import type { TimeMs } from '../../model/time.ts';
import { QuestionRefused, type AnswerContext, type Whose } from './answerContext.ts';

const MAX_ROWS = 50_000;

export interface CostReportAsk extends Whose {
  readonly from: TimeMs;
  readonly to: TimeMs;
  readonly by: readonly CostDimension[];
  readonly idle: 'separate' | 'share';
  readonly format: 'json' | 'csv';
}

/** What was spent, as the text that is sent: it may be megabytes. */
export async function answerCostReport(
  { idle, format, ...query }: CostReportAsk,
  { reader, config }: AnswerContext,
): Promise<string> {
  const { cluster, pricing } = config();
  const report = await readCosts(reader, pricing, { cluster, idle, query });
  if (report.rows.length > MAX_ROWS)
    throw new QuestionRefused(`More than ${MAX_ROWS} rows: ask for less`);
  return format === 'csv' ? renderCosts(report, 'csv') : JSON.stringify(report);
}
