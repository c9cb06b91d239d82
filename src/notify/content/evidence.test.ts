import { describe, expect, test } from 'vitest';
import { aFinding } from '../../../test/support/notify/findings.ts';
import { MINER } from '../../../test/support/notify/samples.ts';
import { changeEvidence, orderedCommands, spreadEvidence, strongestEvidence } from './evidence.ts';

describe('commands', () => {
  test('come in the order look, contain, destroy, and never delete first', () => {
    const shuffled = { ...MINER, next: MINER.next.toReversed() };
    const effects = orderedCommands(shuffled, 'prod').map(({ effect }) => effect);
    expect(effects).toEqual([
      'read',
      'read',
      'read',
      'read',
      'contain',
      'contain',
      'contain',
      'destroy',
    ]);
  });

  test.each([
    ['kubectl get pods', 'kubectl --context prod get pods'],
    ['kubectl --context other get pods', 'kubectl --context other get pods'],
    ["printf '%s' x | kubectl apply -f -", "printf '%s' x | kubectl --context prod apply -f -"],
    [
      'kubectl label a && kubectl apply b',
      'kubectl --context prod label a && kubectl --context prod apply b',
    ],
    ['burnwatch costs', 'burnwatch costs'],
    [
      "kubectl scale 'a | kubectl x --context y' 'b'\\''| kubectl z'",
      "kubectl --context prod scale 'a | kubectl x --context y' 'b'\\''| kubectl z'",
    ],
  ])('%s names its context', (command, expected) => {
    const finding = aFinding({ next: [{ command, effect: 'read', why: '' }] });
    expect(orderedCommands(finding, 'prod')[0]?.command).toBe(expected);
  });

  test('a context is one word to the shell', () => {
    const finding = aFinding({ next: [{ command: 'kubectl get pods', effect: 'read', why: '' }] });
    expect(orderedCommands(finding, "a b'; rm")[0]?.command).toBe(
      "kubectl --context 'a b'\\''; rm' get pods",
    );
    expect(orderedCommands(finding, null)[0]?.command).toBe('kubectl get pods');
  });
});

describe('evidence', () => {
  test('the heaviest reasons come first; context stands apart', () => {
    expect(strongestEvidence(MINER, 3).map(({ signal }) => signal)).toEqual([
      'signature',
      'cpu-without-work',
      'novel-use',
    ]);
    expect(spreadEvidence(MINER).map(({ signal }) => signal)).toEqual(['node', 'same-image']);
    expect(changeEvidence(MINER).map(({ signal }) => signal)).toEqual(['image-changed']);
  });
});
