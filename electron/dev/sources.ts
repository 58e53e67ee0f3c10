import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'

/**
 * The kiosk page straight from its sources: Vite transforms each file on demand and reloads what changed. Behind the
 * same door and cookie as the built page, without its content policy, which Vite's own scripts would break.
 */
export async function openSources(root: string): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const vite = await createServer({
    root: join(root, 'renderer/kiosk'),
    configFile: false,
    plugins: [react()],
    worker: { format: 'es' },
    // Its socket for changes has a port of its own: ours knows two sockets only.
    server: { middlewareMode: true, hmr: { host: '127.0.0.1', port: 0 }, fs: { allow: [root] } },
    cacheDir: join(root, 'node_modules/.vite'),
    logLevel: 'warn',
  })
  return (request, response) => vite.middlewares(request, response)
}
