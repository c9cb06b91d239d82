import { describe, expect, it } from 'vitest';
import { createRecord } from '../../../test/support/posture/testRecords.ts';
import { evaluatePosture } from './evaluate.ts';
import { postureOfInventory } from './readInput.ts';
import {
  goodContainer,
  goodInput,
  goodObjects,
  goodPod,
} from '../../../test/support/posture/posture.ts';

const SHIPPED = { severities: {}, minKnown: 0.67, scopes: ['workloads'] } as const;

describe('the score of a namespace', () => {
  it('is 100 when everything passes, and what is informational does not lower it', () => {
    expect(evaluatePosture(goodInput(), SHIPPED)[0]).toMatchObject({
      namespace: 'shop',
      score: 100,
      grade: 'A',
      failed: 0,
      notEvaluated: 0,
    });
    const withoutCpuLimit = goodInput({
      pods: [goodPod({ containers: [goodContainer({ limits: { memory: 2 ** 28 } })] })],
    });
    expect(evaluatePosture(withoutCpuLimit, SHIPPED)[0]).toMatchObject({ score: 100, failed: 1 });
    const wanted = { ...SHIPPED, severities: { 'cpu-limit-missing': 'high' } } as const;
    expect(evaluatePosture(withoutCpuLimit, wanted)[0]?.score).toBeLessThan(100);
    const off = { ...SHIPPED, severities: { 'cpu-limit-missing': 'off' } } as const;
    expect(evaluatePosture(withoutCpuLimit, off)[0]?.failed).toBe(0);
  });

  it('weighs what failed, leaves out what could not be evaluated, and is unknown without anything', () => {
    const privileged = goodPod();
    const bad = goodInput({
      pods: [
        {
          ...privileged,
          containers: privileged.containers.map((container) => ({
            ...container,
            spec: container.spec && { ...container.spec, privileged: true },
          })),
        },
      ],
    });
    const score = evaluatePosture(bad, SHIPPED)[0]?.score ?? 100;
    expect(score).toBeGreaterThan(70);
    expect(score).toBeLessThan(90);
    const blind = goodInput({ pods: [], objects: null, nodes: null, use: null });
    expect(evaluatePosture(blind, SHIPPED)[0]).toMatchObject({
      score: null,
      grade: null,
      passed: 0,
    });
  });

  it('says how much it knows, and is no grade where that is too little', () => {
    expect(evaluatePosture(goodInput(), SHIPPED)[0]).toMatchObject({ known: 1, grade: 'A' });
    // What metrics alone tell: requests and limits, and not one privilege.
    const withoutSpecs = goodInput({
      pods: [goodPod({ spec: null, containers: [goodContainer({ spec: null })] })],
    });
    const [few] = evaluatePosture(withoutSpecs, SHIPPED);
    expect(few).toMatchObject({ score: 100, grade: null, failed: 0 });
    // Of some twenty checks: one more moves it by a few hundredths.
    expect(few?.known).toBeCloseTo(0.55, 1);
    // Without the permission to list quotas, budgets and nodes.
    const [most] = evaluatePosture(goodInput({ objects: null, nodes: null }), SHIPPED);
    expect(most).toMatchObject({ grade: 'A' });
    expect(most?.known).toBeCloseTo(0.71, 1);
    const lenient = { ...SHIPPED, minKnown: 0.2 };
    expect(evaluatePosture(withoutSpecs, lenient)[0]?.grade).toBe('A');
  });

  it('takes two thousand pods', () => {
    const pods = Array.from({ length: 2000 }, (_, index) => createRecord(index));
    const input = postureOfInventory(
      {
        pods: new Map(pods.map((pod) => [pod.uid, pod])),
        namespaces: new Map(),
        owners: new Map(),
        objects: goodObjects(),
      },
      null,
    );
    const result = evaluatePosture(input, SHIPPED);
    expect(input.pods).toHaveLength(2000);
    expect(result).toHaveLength(20);
  });
});
