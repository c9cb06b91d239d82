import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import { chartCss } from '../../model/chart/style.ts';
import { shippedFile } from '../../model/shippedFiles.ts';
import { HttpProblem } from '../problem.ts';
import type { ServerEnv } from '../security/access.ts';

/** Every file that pages refer to; nothing else can be asked for. */
const TYPES = {
  'style.css': 'text/css; charset=utf-8',
  'app.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

const FOLDER = 'src/serve/assets/';

/** The style sheet of every page: of charts, then of all else. */
export function pageCss(): string {
  return chartCss() + readFileSync(shippedFile(`${FOLDER}style.css`), 'utf8');
}

type AssetName = keyof typeof TYPES;

interface Asset {
  readonly url: string;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** The files that pages need, in memory, each under an address that changes with its content. */
export class Assets {
  readonly #byName: ReadonlyMap<string, Asset>;
  readonly #byUrl: ReadonlyMap<string, Asset>;

  private constructor(byName: ReadonlyMap<string, Asset>) {
    this.#byName = byName;
    this.#byUrl = new Map([...byName.values()].map((asset) => [asset.url, asset]));
  }

  /** Reads them from their folder. */
  static load(): Assets {
    const named = Object.entries(TYPES).map(([name, type]): [string, Asset] => {
      const isStyle = name === 'style.css';
      const body = new Uint8Array(
        isStyle ? Buffer.from(pageCss()) : readFileSync(shippedFile(FOLDER + name)),
      );
      const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
      return [name, { url: `/assets/${name.replace('.', `.${hash}.`)}`, body, type }];
    });
    return new Assets(new Map(named));
  }

  /** The address of a file, for a page. */
  url(name: AssetName): string {
    return this.#byName.get(name)?.url ?? '';
  }

  /** Serves them without authentication: they are the same everywhere, and the login page needs them. */
  mount(app: Hono<ServerEnv>): void {
    app.get('/assets/:file', (context) => {
      const asset = this.#byUrl.get(context.req.path);
      if (asset === undefined) throw new HttpProblem(404, 'There is no such file');
      return context.body(asset.body, 200, {
        'content-type': asset.type,
        'cache-control': 'public, max-age=31536000, immutable',
      });
    });
  }
}
