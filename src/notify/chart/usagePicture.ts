import { drawPlot, fitLines, type PlotLine } from '../../model/chart/plot.ts';
import { heightScale, valueScale, valueText, timeTicks } from '../../model/chart/scale.ts';
import type { Reading } from '../../model/reading.ts';
import type { FindingChart } from './findingChart.ts';
import {
  chartLabel,
  drawLabels,
  picture,
  PICTURE_WIDTH,
  placed,
  titleText,
  drawValueAxis,
  type PlotArea,
} from './picture.ts';

const HEIGHT = 300;
const AREA: PlotArea = { left: 64, top: 42, widthPx: PICTURE_WIDTH - 64 - 84, heightPx: 224 };
const MOST_TICKS = 7;
/** Windows further apart than this many of their lengths have a gap between them. */
const GAP_WINDOWS = 1.5;
/** A band of usual values thinner than this share of the scale could not be seen. */
const THINNEST_BAND = 0.008;

/** Draws a finding's use against request, limit and what is usual, the anomaly shaded. Pure: the same data, the same SVG. */
export function usagePicture(chart: FindingChart): string {
  const { times, unit, usual, anomaly } = chart;
  const from = times[0] ?? 0;
  const to = Math.max(times.at(-1) ?? 1, from + 1);
  const flat = (value: number) => times.map(() => value);
  const band = usual === null ? null : { low: flat(usual.low), high: flat(usual.high) };
  const { drawn, far, highest } = fitLines([...useLines(chart), ...levelLines(chart)], band);
  const scale = valueScale(highest * 1.05, unit, AREA.heightPx);
  const least = (usual?.low ?? 0) + scale.max * THINNEST_BAND;
  const plot = drawPlot(
    {
      time: {
        from,
        to,
        times,
        stepMs: chart.windowMs * GAP_WINDOWS,
        anomaly,
        marks: [],
        ticks: timeTicks(from, to, chart.timezone, MOST_TICKS),
      },
      heightPx: AREA.heightPx,
      lines: drawn,
      known: chart.values,
      usual: band && { ...band, high: band.high.map((high) => Math.max(high, least)) },
      scale,
    },
    AREA.widthPx,
  );
  const y = heightScale(scale, AREA.heightPx, 7);
  const ticks = timeTicks(from, to, chart.timezone, MOST_TICKS).map(({ at, text }) => ({
    share: (at - from) / (to - from),
    text,
  }));
  return picture(HEIGHT, [
    titleText(unit === 'cores' ? `${chart.title}, cores` : chart.title),
    placed(
      AREA,
      plot + drawValueAxis(scale, y) + drawLabels(ticks, AREA) + levelNames(chart, y, far).join(''),
    ),
  ]);
}

/** The use, and above it in red the part within the anomaly, with the rise to it. */
function useLines({ times, values, anomaly }: FindingChart): readonly PlotLine[] {
  const isWrong = (index: number) => {
    const at = times[index] ?? Infinity;
    return at > anomaly.from && at <= anomaly.to;
  };
  const wrong = values.map((value, index) => (isWrong(index) || isWrong(index + 1) ? value : null));
  return [
    { tone: 'wrong', shape: 'line', values: wrong },
    { tone: 'use', shape: 'line', values },
  ];
}

/** Request and limit; Kubernetes takes one of nothing for none. */
function levelLines({ times, request, limit }: FindingChart): readonly PlotLine[] {
  const level = (tone: 'request' | 'limit', value: Reading): readonly PlotLine[] =>
    value === null || value === 0 ? [] : [{ tone, shape: 'step', values: times.map(() => value) }];
  return [...level('request', request), ...level('limit', limit)];
}

/** Closer than this, two names could not be read. */
const NAME_PX = 14;

/** Names at the right edge, each at its line and moved apart; a level beyond the scale stands on top with its value. */
function levelNames(
  chart: FindingChart,
  y: (value: number) => number,
  far: readonly PlotLine[],
): readonly string[] {
  const { limit, limitName = 'limit', request, usual } = chart;
  const levels = [
    { tone: 'limit', name: limitName, value: limit },
    { tone: 'request', name: 'request', value: request },
    { tone: 'usual', name: 'usual', value: usual === null ? null : (usual.low + usual.high) / 2 },
  ].filter(({ tone, value }) => value !== null && (value > 0 || tone === 'usual'));
  const named = levels.map(({ tone, name, value }) => {
    const isFar = far.some((line) => line.tone === tone);
    return isFar
      ? { tone, at: -2, text: `${name} ${valueText(value, chart.unit)}` }
      : { tone, at: y(value ?? 0) + 4, text: name };
  });
  let free = Number.NEGATIVE_INFINITY;
  const down = named
    .toSorted((a, b) => a.at - b.at)
    .map((name) => {
      const at = Math.max(name.at, free);
      free = at + NAME_PX;
      return { ...name, at };
    });
  // Names that were pushed out at the bottom push the others up again.
  let lowest = AREA.heightPx + 4;
  return down.toReversed().map(({ tone, at, text }) => {
    const bottom = Math.min(at, lowest);
    lowest = bottom - NAME_PX;
    return chartLabel(AREA.widthPx + 6, bottom, text, 'start', tone);
  });
}
