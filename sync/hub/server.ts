import { OpenAPIHandler } from '@orpc/openapi/fastify'
import { ORPCError, ValidationError } from '@orpc/server'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import { MAX_BATCH_BYTES, MAX_BATCH_ITEMS } from '../protocol/hub-api.ts'
import { CHUNK_BYTES, MAX_ENVELOPE_BYTES } from '../protocol/submission.ts'
import type { HubDatabase } from './database.ts'
import { exportLines } from './export.ts'
import { openApiDocument } from './open-api.ts'
import { addPages, type PageParts } from './page-routes.ts'
import { makeHubRouter } from './router.ts'
import type { HubRouterParts } from './router-parts.ts'

/** An envelope inside its JSON: eight quotes to escape, id, hash and field names stay far below this. */
const ITEM_OVERHEAD_BYTES = 256
const BODY_BYTES = MAX_BATCH_BYTES + MAX_BATCH_ITEMS * ITEM_OVERHEAD_BYTES
/** A sealed chunk; as a form it has a boundary and field headers around it. */
const CHUNK_BODY_BYTES = CHUNK_BYTES + 4 * 1024
/** Ends sockets of terminals that vanished in the middle of a request. */
const REQUEST_TIMEOUT_MS = 60_000

export interface ServerParts extends HubRouterParts, Pick<PageParts, 'hubName'> {
  readonly db: HubDatabase
  readonly log: Logger
  /** Offers every row at /export/submissions.jsonl: for the demo and for tests, never on an open network. */
  readonly allowExport: boolean
}

/** The hub's HTTP server, not yet listening. */
export function makeServer(parts: ServerParts): FastifyInstance {
  const server: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  })
  takeChunkBodies(server)
  addApi(server, parts)
  addPages(server, parts)
  server.get('/openapi.json', async () => openApiDocument())
  if (parts.allowExport) {
    server.get('/export/submissions.jsonl', async (_request, reply) => {
      reply.type('application/x-ndjson; charset=utf-8')
      return exportLines(parts.db, { withEnvelope: true })
    })
  }
  return server
}

function addApi(server: FastifyInstance, parts: ServerParts): void {
  const { log } = parts
  const api = new OpenAPIHandler(makeHubRouter(parts), {
    clientInterceptors: [
      async ({ next, path }) => {
        try {
          return await next()
        } catch (error) {
          const known = nameInputFault(error, path[0] ?? '')
          // What our own code threw is a bug: the terminal hears 500 and tries again, the log says why.
          if (!(known instanceof ORPCError)) log.error({ procedure: path.join('.'), err: known }, 'request.failed')
          throw known
        }
      },
    ],
    // Root: outside of the place where errors become answers.
    rootInterceptors: [
      async ({ next }) => {
        const result = await next()
        const afterMs =
          result.matched && result.response.status === 503 ? retryAfterMs(result.response.body) : undefined
        if (result.matched && afterMs !== undefined) {
          result.response.headers['retry-after'] = String(Math.ceil(afterMs / 1000))
        }
        return result
      },
    ],
  })
  server.all('/v1/*', async (request, reply) => {
    reply.header('cache-control', 'no-store')
    const { matched } = await api.handle(request, reply)
    if (!matched) sendError(reply, 404, 'NOT_FOUND', 'no such route')
  })
  // What Fastify itself refuses, in the shape that the contract's errors have.
  server.setErrorHandler((error, request, reply) => {
    const { code, statusCode } = error as { code?: string; statusCode?: number }
    if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
      const { status, ...fault } = tooLargeFor(request.url)
      return reply.status(status).send({ defined: true, status, message: 'the request is too large', ...fault })
    }
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return sendError(reply, statusCode, 'BAD_REQUEST', 'this is no request of the contract')
    }
    log.error({ err: error }, 'request.failed')
    return sendError(reply, 500, 'INTERNAL_SERVER_ERROR', 'the hub failed; try again')
  })
}

/** A chunk comes as it is (application/octet-stream), or as a form, which is what a client made from the contract sends. */
function takeChunkBodies(server: FastifyInstance): void {
  const options = { parseAs: 'buffer' as const, bodyLimit: CHUNK_BODY_BYTES }
  server.addContentTypeParser('application/octet-stream', options, async (_request: unknown, body: Buffer) => ({
    chunk: new File([new Uint8Array(body)], 'chunk'),
  }))
  server.addContentTypeParser('multipart/form-data', options, async (request: FastifyRequest, body: Buffer) =>
    new Response(new Uint8Array(body), {
      headers: { 'content-type': request.headers['content-type'] ?? '' },
    }).formData(),
  )
}

/** A body beyond the limit, as the error that its route has for it. */
function tooLargeFor(path: string) {
  if (path.startsWith('/v1/batches')) {
    return { status: 400, code: 'BAD_BATCH', data: { why: `it is larger than ${MAX_BATCH_BYTES} bytes` } }
  }
  // No chunk that was offered is so large.
  if (path.startsWith('/v1/chunks/')) return { status: 422, code: 'DAMAGED' }
  return { status: 413, code: 'TOO_LARGE', data: { maxBytes: MAX_ENVELOPE_BYTES } }
}

function sendError(reply: FastifyReply, status: number, code: string, message: string) {
  return reply.status(status).send({ defined: false, code, status, message })
}

/** Procedures whose input is a signed claim. */
const CLAIMS: readonly string[] = [
  'enrol',
  'offerChunks',
  'contact',
  'reconcile',
  'pullCases',
  'pullStaffList',
  'redeemCode',
  'askPerson',
]

/** An input that breaks its schema, as the error that the contract has for it. Says where, never what. */
function nameInputFault(error: unknown, procedure: string): unknown {
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST' || !(error.cause instanceof ValidationError)) {
    return error
  }
  const issue = error.cause.issues[0]
  const where = issue?.path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.') ?? ''
  const isTooBig = issue !== undefined && 'code' in issue && issue.code === 'too_big'
  if (procedure === 'putSubmission' && where === 'envelope' && isTooBig) {
    return new ORPCError('TOO_LARGE', { status: 413, data: { maxBytes: MAX_ENVELOPE_BYTES } })
  }
  const why = `${where || 'the request'} is not what the contract asks`
  if (procedure === 'putSubmission') return new ORPCError('BAD_ENVELOPE', { status: 400, data: { why } })
  if (procedure === 'putBatch') return new ORPCError('BAD_BATCH', { status: 400, data: { why } })
  if (CLAIMS.includes(procedure)) return new ORPCError('BAD_CLAIM', { status: 400, data: { why } })
  return new ORPCError('BAD_REQUEST', { message: why })
}

function retryAfterMs(body: unknown): number | undefined {
  if (typeof body !== 'object' || body === null || !('data' in body)) return undefined
  const { data } = body
  if (typeof data !== 'object' || data === null || !('retryAfterMs' in data)) return undefined
  return typeof data.retryAfterMs === 'number' ? data.retryAfterMs : undefined
}
