import { parseXml, XmlElement, XmlError, XmlText } from '@rgrove/parse-xml'

/** XML as devices send it: bounded in bytes and elements, namespaces resolved, prefixes forgotten (each maker has its own). */

/** The longest ScannerCapabilities known are below 40 kB; a device that sends more is no scanner. */
export const MAX_XML_BYTES = 256 * 1024
/** The parser goes down a level of itself per level of the document: bounded, so is its stack. */
const MAX_ELEMENTS = 4_000
/** Documents of eSCL are about ten levels deep; what lies deeper than this is not looked at. */
const MAX_DEPTH = 64
/** In scope at once; the schemas of eSCL have about ten. */
const MAX_PREFIXES = 64

export interface XmlNode {
  /** Without prefix. */
  readonly name: string
  /** The namespace's URI; empty for none. */
  readonly namespace: string
  readonly children: readonly XmlNode[]
  /** Its own text, trimmed. */
  readonly text: string
}

export type ReadXmlResult =
  | { readonly ok: true; readonly root: XmlNode }
  | { readonly ok: false; readonly fault: 'not-understood' | 'too-long'; readonly detail: string }

/** Reads a document. Never throws; entities of its own are not expanded, so a small document cannot grow. */
export function readXml(bytes: Uint8Array): ReadXmlResult {
  if (bytes.length > MAX_XML_BYTES) {
    return { ok: false, fault: 'too-long', detail: `${bytes.length} bytes of XML, at most ${MAX_XML_BYTES} are read` }
  }
  // Some firmware writes the declaration in small letters, which XML does not know.
  const text = new TextDecoder().decode(bytes).replace('<!doctype', '<!DOCTYPE')
  const elements = text.match(/<[^/!?]/g)?.length ?? 0
  if (elements > MAX_ELEMENTS) {
    return { ok: false, fault: 'too-long', detail: `${elements} elements, at most ${MAX_ELEMENTS} are read` }
  }
  try {
    const { root } = parseXml(text, { ignoreUndefinedEntities: true })
    if (root === null) return { ok: false, fault: 'not-understood', detail: 'no element' }
    return { ok: true, root: nodeOf(root, new Map(), 0) }
  } catch (error) {
    if (!(error instanceof XmlError)) throw error
    return { ok: false, fault: 'not-understood', detail: firstLine(error.message) }
  }
}

function nodeOf(element: XmlElement, inherited: ReadonlyMap<string, string>, depth: number): XmlNode {
  let namespaces = inherited
  for (const [key, value] of Object.entries(element.attributes)) {
    const prefix = key === 'xmlns' ? '' : key.startsWith('xmlns:') ? key.slice('xmlns:'.length) : undefined
    if (prefix === undefined || namespaces.size >= MAX_PREFIXES) continue
    namespaces = new Map([...namespaces, [prefix, value]])
  }
  const colon = element.name.indexOf(':')
  const prefix = colon < 0 ? '' : element.name.slice(0, colon)
  const children: XmlNode[] = []
  let text = ''
  for (const child of element.children) {
    if (child instanceof XmlElement) {
      if (depth < MAX_DEPTH) children.push(nodeOf(child, namespaces, depth + 1))
    } else if (child instanceof XmlText) text += child.text
  }
  return { name: element.name.slice(colon + 1), namespace: namespaces.get(prefix) ?? '', children, text: text.trim() }
}

/** The first child of that name, whatever its prefix. */
export function childOf(node: XmlNode | undefined, name: string): XmlNode | undefined {
  return node?.children.find((child) => child.name === name)
}

export function textOf(node: XmlNode | undefined, name: string): string | undefined {
  return childOf(node, name)?.text
}

/** Every element of that name below, at any depth, in the document's order. */
export function descendantsOf(node: XmlNode | undefined, name: string): readonly XmlNode[] {
  const found: XmlNode[] = []
  const collect = (from: XmlNode): void => {
    for (const child of from.children) {
      if (child.name === name) found.push(child)
      collect(child)
    }
  }
  if (node !== undefined) collect(node)
  return found
}

/** A whole number without sign; undefined for anything else. */
export function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? ''
}
