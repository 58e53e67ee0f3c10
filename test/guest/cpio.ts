/** Writes an archive as the kernel reads it for its first file system (cpio, "newc"; Documentation/driver-api/early-userspace). */

export interface ArchiveEntry {
  /** Without a leading slash. */
  readonly name: string
  /** A file's bytes, a link's target, or neither for a folder. */
  readonly bytes?: Uint8Array
  readonly linkTo?: string
  readonly isExecutable?: boolean
}

const S_IFDIR = 0o040000
const S_IFREG = 0o100000
const S_IFLNK = 0o120000
const PAD_BYTES = 4
const TRAILER = 'TRAILER!!!'

/** Folders above each entry are added. Entries of the same name: the first counts. */
export function cpioOf(entries: readonly ArchiveEntry[]): Buffer {
  const pieces: Buffer[] = []
  const names = new Set<string>()
  let inode = 0

  function add({ name, bytes, linkTo, isExecutable }: ArchiveEntry): void {
    if (names.has(name)) return
    names.add(name)
    const isFolder = bytes === undefined && linkTo === undefined && name !== TRAILER
    const content = linkTo !== undefined ? Buffer.from(linkTo) : Buffer.from(bytes ?? [])
    const permissions = isFolder || isExecutable === true ? 0o755 : 0o644
    const mode = isFolder ? S_IFDIR : linkTo !== undefined ? S_IFLNK | 0o777 : S_IFREG | permissions
    inode += 1
    const fields = [
      inode,
      isFolder ? mode | permissions : mode,
      0,
      0,
      1,
      0,
      content.length,
      0,
      0,
      0,
      0,
      Buffer.byteLength(name) + 1,
      0,
    ]
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`
    pieces.push(padded(Buffer.from(head, 'latin1')), padded(content))
  }

  for (const entry of entries) {
    const parts = entry.name.split('/')
    for (let depth = 1; depth < parts.length; depth += 1) add({ name: parts.slice(0, depth).join('/') })
    add(entry)
  }
  add({ name: TRAILER, bytes: new Uint8Array() })
  return Buffer.concat(pieces)
}

function padded(bytes: Buffer): Buffer {
  const over = bytes.length % PAD_BYTES
  return over === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(PAD_BYTES - over)])
}
