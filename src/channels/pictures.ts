import { digestPicture, pictureAltText } from '../digest/digestPicture.ts';
import type { Digest } from '../store/digests/digest.ts';
import {
  chartAltText,
  chartSpan,
  findingChart,
  findingUsage,
  hoursBefore,
  type ChartContext,
  type UsageReader,
} from '../notify/chart/findingChart.ts';
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

/** Pictures from the history: CPU against request, limit and what is usual. */
export function historyPictures(
  reader: UsageReader & Pick<HistoryReader, 'usageSeries'>,
  context: ChartContext,
): PictureSource {
  return {
    pictureOf: async (notice) => {
      if (notice.kind === 'digest') return digestPictureOf(notice.digest);
      if (notice.kind !== 'findings' || notice.total !== 1) return null;
      const [finding] = notice.findings;
      if (finding === undefined) return null;
      const points = await findingUsage(finding, chartSpan(finding), reader);
      const hours = await hoursBefore(finding, reader);
      const chart = findingChart(finding, points, hours, context);
      if (chart === null) return null;
      return {
        png: svgToPng(usagePicture(chart)),
        filename: `usage-${finding.id}.png`,
        altText: chartAltText(chart),
      };
    },
  };
}

function digestPictureOf(digest: Digest): Picture | null {
  const svg = digestPicture(digest);
  if (svg === null) return null;
  return {
    png: svgToPng(svg),
    filename: `digest-${digest.week.name}.png`,
    altText: pictureAltText(digest),
  };
}
