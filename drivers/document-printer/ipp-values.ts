/** An IPP message as data (RFC 8010 section 3). Plain values only; the bytes are in ipp-encode.ts and ipp-decode.ts. */

/** Delimiter tags that begin a group of attributes (RFC 8010 section 3.5.1). */
export const GROUP = { operation: 0x01, job: 0x02, printer: 0x04, unsupported: 0x05 } as const
export const END_OF_ATTRIBUTES = 0x03

/** Value tags (RFC 8010 section 3.5.2). */
export const TAG = {
  unsupported: 0x10,
  unknown: 0x12,
  noValue: 0x13,
  integer: 0x21,
  boolean: 0x22,
  enum: 0x23,
  octetString: 0x30,
  dateTime: 0x31,
  resolution: 0x32,
  rangeOfInteger: 0x33,
  begCollection: 0x34,
  textWithLanguage: 0x35,
  nameWithLanguage: 0x36,
  endCollection: 0x37,
  textWithoutLanguage: 0x41,
  nameWithoutLanguage: 0x42,
  keyword: 0x44,
  uri: 0x45,
  uriScheme: 0x46,
  charset: 0x47,
  naturalLanguage: 0x48,
  mimeMediaType: 0x49,
  memberAttrName: 0x4a,
} as const

/** The string syntaxes, each with its tag. */
export const STRING_TAGS = {
  text: TAG.textWithoutLanguage,
  name: TAG.nameWithoutLanguage,
  keyword: TAG.keyword,
  uri: TAG.uri,
  uriScheme: TAG.uriScheme,
  charset: TAG.charset,
  naturalLanguage: TAG.naturalLanguage,
  mimeMediaType: TAG.mimeMediaType,
} as const
export type StringKind = keyof typeof STRING_TAGS

/** The out-of-band values that mean something here; any other is kept as `other`. */
export const OUT_OF_BAND_TAGS = {
  unsupported: TAG.unsupported,
  unknown: TAG.unknown,
  'no-value': TAG.noValue,
} as const
export type OutOfBand = keyof typeof OUT_OF_BAND_TAGS

export type IppValue =
  /** Signed, 32 bits. */
  | { readonly kind: 'integer' | 'enum'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: StringKind; readonly value: string }
  | { readonly kind: 'range'; readonly lower: number; readonly upper: number }
  | { readonly kind: 'collection'; readonly members: IppAttributes }
  /** In place of a value: not known, none, not supported. */
  | { readonly kind: 'out-of-band'; readonly value: OutOfBand }
  /** Syntaxes that nothing here reads (dates, resolutions, octets, with language), as they came. */
  | { readonly kind: 'other'; readonly tag: number; readonly bytes: Uint8Array }

/** Never empty arrays: an attribute has one value or more. */
export type IppAttributes = ReadonlyMap<string, readonly IppValue[]>

export interface IppGroup {
  readonly tag: number
  readonly attributes: IppAttributes
}

export interface IppMessage {
  readonly version: { readonly major: number; readonly minor: number }
  /** An operation in a request, a status in an answer; 16 bits. */
  readonly code: number
  readonly requestId: number
  readonly groups: readonly IppGroup[]
}

/** The attributes of the first group with this tag; an empty map when there is none. */
export function attributesOf(message: IppMessage, tag: number): IppAttributes {
  return message.groups.find((group) => group.tag === tag)?.attributes ?? new Map()
}
