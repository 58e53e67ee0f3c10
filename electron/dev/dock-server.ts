import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { RPCHandler } from '@orpc/server/node'
import type { Assets } from '../door/assets.ts'

/** The dock's page and its calls on loopback; exact Host, so that no other site can drive it by a borrowed name. */
export async function serveDock(
  assets: Assets,
  port: number,
  router: ConstructorParameters<typeof RPCHandler>[0],
): Promise<{ url: string; close: () => Promise<void> }> {
  const handler = new RPCHandler(router)
  let host = ''
  const server: Server = createServer((request, response) => {
    void (async () => {
      if (request.headers.host !== host) {
        response.writeHead(421).end()
        return
      }
      const { matched } = await handler.handle(request, response, { prefix: '/rpc', context: {} })
      if (matched) return
      const asset = await assets.get(new URL(request.url ?? '/', `http://${host}`).pathname)
      if (asset === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'content-type': asset.type }).end(asset.body)
    })().catch(() => response.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
