import { z } from 'zod';
import type { ApiRoute } from './route.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: unknown;
}

/** The OpenAPI 3.1 document of the calls, made of the very schemas that validate them. */
export function openApiDocument(routes: readonly ApiRoute[], version: string): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = (paths[`/api/v1${route.path}`] ??= {});
    path[route.method] = {
      operationId: operationId(route),
      summary: route.summary,
      security: [{ bearer: [] }],
      'x-scope': route.scope,
      parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query')],
      ...(route.body !== null && {
        requestBody: { required: true, content: jsonContent(route.body, 'input') },
      }),
      responses: {
        [route.status]: {
          description: route.status === 201 ? 'Created' : 'OK',
          headers: headersOf(route),
          content: {
            ...jsonContent(route.response, 'output'),
            ...(route.hasCsv && { 'text/csv': { schema: { type: 'string' } } }),
          },
        },
        ...(route.method === 'get' && {
          304: { description: 'Nothing changed since the answer with the ETag in If-None-Match' },
        }),
        default: {
          description: 'A problem (RFC 9457)',
          content: {
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          },
        },
      },
    };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Burnwatch',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Problem: {
          type: 'object',
          required: ['title', 'status', 'detail'],
          properties: {
            type: { type: 'string' },
            title: { type: 'string' },
            status: { type: 'integer' },
            detail: { type: 'string' },
          },
        },
      },
    },
  };
}

/** `get /findings/{id}/series` is `getFindingsIdSeries`. */
function operationId({ method, path }: ApiRoute): string {
  const words = path.split(/[^a-zA-Z]+/).filter((word) => word !== '');
  return `${method}${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`;
}

function headersOf({ method, query }: ApiRoute): unknown {
  const text = { schema: { type: 'string' } };
  return {
    ...(method === 'get' && { ETag: text }),
    ...('offset' in query.shape && {
      'X-Total-Count': { description: 'Rows on all pages', schema: { type: 'integer' } },
      Link: { description: 'The next page, rel="next"; absent on the last one', ...text },
    }),
  };
}

function parametersOf(schema: z.ZodObject, place: Parameter['in']): readonly Parameter[] {
  return Object.entries(schema.shape).map(([name, field]) => ({
    name,
    in: place,
    required: place === 'path' || !z.safeParse(field, undefined).success,
    schema: jsonSchema(field as z.ZodType, 'input'),
  }));
}

function jsonContent(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  return { 'application/json': { schema: jsonSchema(schema, io) } };
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): unknown {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest;
}
