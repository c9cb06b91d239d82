import { digestPicture, pictureAltText } from '../digest/digestPicture.ts';
import type { Digest } from '../store/digests/digest.ts';
import {
  chartAltText,
  chartSpan,
  findingChart,
  findingUsage,
  hoursBefore,
  type ChartContext,
  type FindingChart,
  type UsageReader,
} from '../notify/chart/findingChart.ts';
import { chartOfSpend, type SpendContext, type SpendReader } from '../notify/chart/spendChart.ts';
import type { Finding } from '../model/finding.ts';
import { svgToPng } from '../notify/chart/picture.ts';
import type { HistoryReader } from '../store/history.ts';
import { usagePicture } from '../notify/chart/usagePicture.ts';
import type { Notice } from '../store/notifications/notice.ts';

/** A picture that belongs to a message. */
export interface Picture {
  readonly png: Uint8Array;
  readonly filename: string;
  readonly altText: string;
}

/** Draws the picture of a notice; null for notices that have none. */
export interface PictureSource {
  pictureOf(notice: Notice): Promise<Picture | null>;
}

/** Pictures from the history: money over time, else CPU or memory against request, limit and what is usual. */
export function historyPictures(
  reader: UsageReader & Pick<HistoryReader, 'usageSeries'> & SpendReader,
  context: ChartContext & SpendContext,
): PictureSource {
  return {
    pictureOf: async (notice) => {
      if (notice.kind === 'digest') return digestPictureOf(notice.digest);
      if (notice.kind !== 'findings' || notice.total !== 1) return null;
      const [finding] = notice.findings;
      if (finding === undefined) return null;
      const chart =
        (await chartOfSpend(finding, reader, context)) ??
        (await useChart(finding, reader, context));
      if (chart === null) return null;
      return {
        png: await svgToPng(usagePicture(chart)),
        filename: `usage-${finding.id}.png`,
        altText: chartAltText(chart),
      };
    },
  };
}

async function useChart(
  finding: Finding,
  reader: UsageReader & Pick<HistoryReader, 'usageSeries'>,
  context: ChartContext,
): Promise<FindingChart | null> {
  const points = await findingUsage(finding, chartSpan(finding), reader);
  return findingChart(finding, points, await hoursBefore(finding, reader), context);
}

async function digestPictureOf(digest: Digest): Promise<Picture | null> {
  const svg = digestPicture(digest);
  if (svg === null) return null;
  return {
    png: await svgToPng(svg),
    filename: `digest-${digest.week.name}.png`,
    altText: pictureAltText(digest),
  };
}
