import { contextBridge, ipcRenderer } from 'electron'

/**
 * All that the page gets from Electron: one function that asks main for its two ports (bridge, sync worker). Main
 * checks who asks; the ports arrive as one message event on the page's own window.
 */
ipcRenderer.on('bianmin:ports', (event) => {
  window.postMessage('bianmin:ports', window.location.origin, event.ports)
})

contextBridge.exposeInMainWorld('bianminShell', {
  connect: () => ipcRenderer.send('bianmin:connect'),
})
