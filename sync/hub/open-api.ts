import { OpenAPIGenerator } from '@orpc/openapi'
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4'
import { hubContract } from '../protocol/hub-api.ts'

/** The OpenAPI document of the contract: what /openapi.json hands out. */
export function openApiDocument() {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] })
  return generator.generate(hubContract, {
    info: {
      title: 'Bianmin hub',
      version: '1',
      description:
        'Terminals hand in sealed submissions here and pull signed packages. A 4xx answer is about envelope, key, size ' +
        'or protocol, never about what a citizen filled in: the hub signs a receipt before it opens anything.',
    },
    // Where the document came from: behind a proxy the hub does not know its own address.
    servers: [{ url: '/' }],
  })
}
