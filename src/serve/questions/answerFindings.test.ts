import { expect, it } from 'vitest';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { answerFindings } from './answerFindings.ts';
import { openFindingsAsk } from '../pages/findings.ts';

it('an acknowledged finding keeps the place of its severity and is counted as open', async () => {
  const findings = [
    aFinding({ id: 'warning', severity: 'warning', state: 'open' }),
    aFinding({ id: 'accepted', severity: 'critical', state: 'accepted' }),
    aFinding({ id: 'acknowledged', severity: 'critical', state: 'acknowledged' }),
    aFinding({ id: 'critical', severity: 'critical', state: 'open' }),
  ];
  const context = { perWrite: async () => findings, reader: {} };
  const page = await answerFindings(
    openFindingsAsk({ namespaces: null, namespace: null }, 10),
    context as never,
  );
  expect(page.findings.map(({ id }) => id)).toEqual([
    'critical',
    'acknowledged',
    'warning',
    'accepted',
  ]);
  expect(page.counts).toMatchObject({
    bySeverity: { critical: 2, warning: 1, info: 0 },
    open: 3,
    acknowledged: 1,
  });
});
